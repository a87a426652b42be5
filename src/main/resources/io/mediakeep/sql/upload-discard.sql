INSERT INTO discarded_upload (upload_id, object_key, discarded_at) VALUES (:upload_id, :object_key, :now)
ON CONFLICT (upload_id, object_key) DO NOTHING
