-- Takes media back whose node let the lease run out.
UPDATE media SET state = 'due', due_at = :now, lease_until = NULL
WHERE  state = 'copying' AND lease_until < :now
