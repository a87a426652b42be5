-- The suspects that a node worked on.
SELECT 'media' AS kind, provider, task_id, media_key, 0 AS id, crashes, began_at FROM media
WHERE  state = 'copying' AND node = :node AND crashes > 1 AND began_at IS NOT NULL
UNION ALL
SELECT 'callback' AS kind, provider, '' AS task_id, '' AS media_key, id, crashes, began_at FROM callback
WHERE  state = 'received' AND node = :node AND crashes > 1 AND began_at IS NOT NULL
