-- Changes 0 rows if the lease was lost.
UPDATE poll SET lease_until = :lease_until
WHERE  provider = :provider AND list = :list AND node = :node AND walks = :walks AND lease_until >= :now
