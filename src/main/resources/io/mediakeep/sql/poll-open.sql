INSERT INTO poll (provider, list) VALUES (:provider, :list) ON CONFLICT (provider, list) DO NOTHING
