-- Puts a payload back in line: a dead callback, or the payload of a poll that could not be read.
INSERT INTO callback (provider, callback_key, covered, body, received_at, due_at)
VALUES (:provider, :callback_key, :covered, :body, :now, :now)
ON CONFLICT (provider, callback_key) DO UPDATE SET state = 'received', body = :body, due_at = :now, attempts = 0,
  crashes = 0, node = NULL, began_at = NULL
