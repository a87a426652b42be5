-- Forgets the other keys of the media of tasks that are forgotten.
DELETE FROM media_alias
WHERE  (provider, task_id) IN (SELECT value ->> 'provider', value ->> 'task_id' FROM json_each(:rows))
