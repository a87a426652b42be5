-- When the oldest open task of a provider was first seen.
SELECT min(seen) AS number FROM (
  SELECT min(first_seen_at) AS seen FROM task WHERE provider = :provider AND status = 'submitted'
  UNION ALL
  SELECT min(first_seen_at) AS seen FROM task WHERE provider = :provider AND status = 'processing') AS open
