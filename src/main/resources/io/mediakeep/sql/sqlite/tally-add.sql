-- Counts what a write has changed. A row per slot, so that writers side by side do not wait for each other's row.
INSERT INTO tally (provider, name, slot, total)
SELECT r.provider, r.name, :slot, r.total
FROM   (
        SELECT value ->> 'provider' AS provider, value ->> 'name' AS name, value ->> 'total' AS total
        FROM json_each(:rows)) AS r
WHERE  true
ORDER BY r.provider, r.name
ON CONFLICT (provider, name, slot) DO UPDATE SET total = tally.total + excluded.total
