INSERT INTO run (node, seen_at) VALUES (:node, :now)
ON CONFLICT (node) DO NOTHING
