-- Claims tasks whose read only watches and is due; due again after the lease if this node dies.
WITH due AS MATERIALIZED (
  SELECT provider, task_id FROM task
  WHERE provider = :provider AND read_reason IN ('watch', 'rebuild') AND read_at <= :now
  ORDER BY read_at LIMIT :limit
  FOR UPDATE SKIP LOCKED)
UPDATE task t
SET    read_at = :lease_until, read_credit = 0, read_attempts = t.read_attempts + 1, read_fence = t.read_fence + 1
FROM due WHERE t.provider = due.provider AND t.task_id = due.task_id
RETURNING t.provider, t.task_id, t.status, t.product, t.read_reason, t.read_attempts, t.read_fence, t.first_seen_at
