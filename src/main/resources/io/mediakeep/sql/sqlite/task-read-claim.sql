-- Claims tasks whose read somebody waits for and is due; due again after the lease if this node dies.
UPDATE task SET read_at = :lease_until, read_credit = 0, read_attempts = read_attempts + 1, read_fence = read_fence + 1
WHERE provider = :provider AND task_id IN (
  SELECT task_id FROM task
  WHERE provider = :provider AND read_reason NOT IN ('watch', 'rebuild') AND read_at - read_credit <= :now AND read_at <= :now
  ORDER BY read_at - read_credit LIMIT :limit)
RETURNING provider, task_id, status, product, read_reason, read_attempts, read_fence, first_seen_at
