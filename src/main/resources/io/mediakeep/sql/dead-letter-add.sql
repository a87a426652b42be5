-- Changes 0 rows if the same letter is open already.
INSERT INTO dead_letter (kind, provider, letter_key, task_id, media_key, callback_id, reason, detail, raw, created_at)
VALUES (:kind, :provider, :letter_key, :task_id, :media_key, :callback_id, :reason, :detail, :raw, :now)
ON CONFLICT (kind, provider, letter_key) WHERE state = 'open' DO NOTHING
