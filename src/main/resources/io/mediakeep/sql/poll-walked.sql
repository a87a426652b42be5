SELECT list, failures, whole_at, problem FROM poll WHERE provider = :provider
