-- Claims tasks whose manifest is behind; due again after the lease if this node dies.
WITH due AS MATERIALIZED (
  SELECT provider, task_id FROM task WHERE manifest < revision AND manifest_at <= :now ORDER BY manifest_at LIMIT :limit
  FOR UPDATE SKIP LOCKED)
UPDATE task t SET manifest_at = :lease_until
FROM due WHERE t.provider = due.provider AND t.task_id = due.task_id
RETURNING t.provider, t.task_id, t.revision
