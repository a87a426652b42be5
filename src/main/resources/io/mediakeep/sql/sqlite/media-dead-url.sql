-- Media that were given up and whose URL these rows change, or show to be no callback's alone. Comes before media-url.
SELECT m.provider, m.task_id, m.media_key, m.reason, m.wakes, m.url AS old_url, r.url
FROM   (
        SELECT value ->> 'provider' AS provider, value ->> 'task_id' AS task_id, value ->> 'media_key' AS media_key,
        value ->> 'url' AS url, value ->> 'expires_at' AS expires_at
        FROM json_each(:rows)) AS r
CROSS JOIN media m ON m.provider = r.provider AND m.task_id = r.task_id AND m.media_key = r.media_key
WHERE  m.state = 'dead'
AND    (m.url <> r.url AND (:fresh = 1 OR m.expires_at <= r.expires_at OR r.expires_at > :now)
        OR m.url = r.url AND m.reason = 'url_host' AND m.own_read < :own)
