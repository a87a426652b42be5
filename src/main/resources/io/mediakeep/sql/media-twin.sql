-- A stored media of the same task with the same bytes, which another answer gave another key at the same place. One answer
-- that names both names two outputs.
SELECT m.media_key, m.object_key FROM media m
JOIN   media mine ON mine.provider = m.provider AND mine.task_id = m.task_id AND mine.media_key = :media_key
WHERE  m.provider = :provider AND m.task_id = :task_id AND m.media_key <> :media_key AND m.state = 'stored'
AND    m.kind = mine.kind AND m.place = mine.place AND m.size = :size AND COALESCE(m.sha256, m.crc32c) = :checksum
AND    replace(COALESCE(m.beside, ''), '"' || :media_key || '"', '') = COALESCE(m.beside, '')
AND    replace(COALESCE(mine.beside, ''), '"' || m.media_key || '"', '') = COALESCE(mine.beside, '')
ORDER BY m.media_key LIMIT 1
