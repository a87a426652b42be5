-- Forgets the media of tasks that are forgotten.
DELETE FROM media
WHERE  (provider, task_id) IN (SELECT value ->> 'provider', value ->> 'task_id' FROM json_each(:rows))
