-- Ends a poll: cursor, next time and problem in one. Changes 0 rows if it has ended, or the list was taken again, be it by
-- the same node: the number of its walks is the fence.
UPDATE poll
SET    covered_until = COALESCE(:covered_until, covered_until), failures = :failures, next_at = :next_at,
       succeeded_at = COALESCE(:succeeded_at, succeeded_at), problem = :problem, lease_until = 0,
       whole_at = COALESCE(:whole_at, whole_at), sorted = :sorted
WHERE  provider = :provider AND list = :list AND node = :node AND walks = :walks AND lease_until > 0
