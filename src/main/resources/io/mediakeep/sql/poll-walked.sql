SELECT list, failures, whole_at FROM poll WHERE provider = :provider
