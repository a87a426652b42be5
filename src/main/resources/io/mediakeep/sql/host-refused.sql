-- What waits for hosts, or was given up because of them.
SELECT refused_host AS host, sum(CASE WHEN state = 'due' THEN 1 ELSE 0 END) AS waiting,
       sum(CASE WHEN state = 'dead' THEN 1 ELSE 0 END) AS dead,
       min(CASE WHEN state = 'due' THEN expires_at END) AS nearest_expiry
FROM   media
WHERE  provider = :provider AND refused_host IS NOT NULL AND state IN ('due', 'dead')
GROUP  BY refused_host ORDER BY refused_host LIMIT :limit
