-- How many media of each state the tasks of a page have.
SELECT m.provider, m.task_id, m.state, count(*) AS media
FROM   jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (provider text, task_id text)
JOIN media m ON m.provider = r.provider AND m.task_id = r.task_id
GROUP BY m.provider, m.task_id, m.state
