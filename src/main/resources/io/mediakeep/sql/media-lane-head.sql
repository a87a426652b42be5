-- The nearest expiry of one lane from a time on.
SELECT expires_at FROM media
WHERE  state = 'due' AND ready > 0 AND ready = :ready AND host = :host AND expires_at > :alive_from
AND    expires_at <= :alive_to
ORDER  BY expires_at LIMIT 1
