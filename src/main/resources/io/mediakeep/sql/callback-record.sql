-- Records a callback. Changes 1 row, or 0 if it is known already: the Idempotent Receiver.
INSERT INTO callback (provider, callback_key, covered, body, received_at, due_at)
VALUES (:provider, :callback_key, :covered, :body, :now, :now)
ON CONFLICT (provider, callback_key) DO NOTHING
