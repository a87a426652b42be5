-- What an open letter is about, and whether that is still there. One row, or none if it is not open.
SELECT l.kind, l.provider,
       CASE l.kind WHEN 'callback' THEN (SELECT count(*) FROM callback c WHERE c.id = l.callback_id)
                   WHEN 'task' THEN (SELECT count(*) FROM task t WHERE t.provider = l.provider AND t.task_id = l.task_id)
                   WHEN 'media' THEN (SELECT count(*) FROM media m WHERE m.provider = l.provider AND m.task_id = l.task_id
                                      AND m.media_key = l.media_key)
                   ELSE 1 END AS found,
       CASE l.kind WHEN 'media' THEN (SELECT count(*) FROM media m WHERE m.provider = l.provider AND m.task_id = l.task_id
                                      AND m.media_key = l.media_key AND m.url = '')
                   ELSE 0 END AS without_url
FROM   dead_letter l WHERE l.id = :id AND l.state = 'open'
