-- As if the list had never been polled. A walk that is under way loses its fence, so that it does not put its cursor back.
UPDATE poll
SET    covered_until = NULL, whole_at = NULL, next_at = :now, lease_until = 0, walks = walks + 1
WHERE  provider = :provider AND list = :list
