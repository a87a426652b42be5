-- Media that were given up and whose URL these rows change, or show to be no callback's alone. Comes before media-url.
SELECT m.provider, m.task_id, m.media_key, m.reason, m.wakes, m.url AS old_url, r.url
FROM   jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        provider text, task_id text, media_key text, url text, expires_at bigint)
JOIN media m ON m.provider = r.provider AND m.task_id = r.task_id AND m.media_key = r.media_key
WHERE  m.state = 'dead'
AND    (m.url <> r.url AND (:fresh = 1 OR m.expires_at <= r.expires_at OR r.expires_at > :now)
        OR m.url = r.url AND m.reason = 'url_host' AND m.own_read < :own)
