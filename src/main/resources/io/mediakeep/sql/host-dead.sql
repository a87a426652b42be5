-- Media that were given up because of a host.
SELECT provider, task_id, media_key FROM media
WHERE  provider = :provider AND refused_host = :host AND state = 'dead' ORDER BY task_id, media_key LIMIT :limit
