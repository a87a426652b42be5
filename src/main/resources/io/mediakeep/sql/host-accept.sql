-- Accepts a host. Changes 0 rows if it is accepted already.
INSERT INTO accepted_host (provider, host, accepted_at) VALUES (:provider, :host, :now)
ON CONFLICT (provider, host) DO NOTHING
