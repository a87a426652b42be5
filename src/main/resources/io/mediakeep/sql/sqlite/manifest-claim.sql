-- Claims tasks whose manifest is behind; due again after the lease if this node dies.
UPDATE task SET manifest_at = :lease_until
WHERE (provider, task_id) IN (
  SELECT provider, task_id FROM task WHERE manifest < revision AND manifest_at <= :now
  ORDER BY manifest_at LIMIT :limit)
RETURNING provider, task_id, revision
