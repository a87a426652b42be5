-- One node polls a list at a time. One row, or none if it is not due or another node has it.
UPDATE poll SET lease_until = :lease_until, node = :node, walks = walks + 1
WHERE  provider = :provider AND list = :list AND next_at <= :now AND (lease_until < :now OR node = :node)
RETURNING covered_until, failures, walks, whole_at, sorted
