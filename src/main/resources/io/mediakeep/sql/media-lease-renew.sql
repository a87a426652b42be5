-- Keeps the leases of this node's running copies.
UPDATE media SET lease_until = :lease_until WHERE state = 'copying' AND node = :node AND lease_until >= :now
