-- Media that wait for a host to be accepted.
SELECT provider, count(*) AS number FROM media WHERE refused_host IS NOT NULL AND state = 'due' GROUP BY provider
