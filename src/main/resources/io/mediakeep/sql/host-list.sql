SELECT host, accepted_at FROM accepted_host WHERE provider = :provider ORDER BY host
