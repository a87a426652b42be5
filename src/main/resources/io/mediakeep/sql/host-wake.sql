-- A host was accepted: media that wait for it are due.
UPDATE media SET due_at = :now, refused_host = NULL
WHERE  provider = :provider AND refused_host = :host AND state = 'due'
