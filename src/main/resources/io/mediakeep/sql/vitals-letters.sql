SELECT provider, count(*) AS number FROM dead_letter WHERE state = 'open' GROUP BY provider
