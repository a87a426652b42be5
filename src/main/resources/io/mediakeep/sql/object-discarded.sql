-- Objects to be removed, the longest waiting first; in_use is 1 where a media has stored it again.
SELECT d.object_key, (SELECT count(*) FROM media m WHERE m.provider = d.provider AND m.task_id = d.task_id
                      AND m.object_key = d.object_key AND m.state IN ('stored', 'copying')) AS in_use
FROM   discarded_object d ORDER BY d.discarded_at LIMIT :limit
