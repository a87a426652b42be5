-- Closes letters about tasks that what came since has made untrue.
UPDATE dead_letter SET state = 'replayed', replayed_at = :now
FROM   (
        SELECT value ->> 'kind' AS kind, value ->> 'provider' AS provider, value ->> 'letter_key' AS letter_key
        FROM json_each(:rows)) AS r
WHERE  dead_letter.state = 'open' AND dead_letter.kind = r.kind AND dead_letter.provider = r.provider
AND    dead_letter.letter_key = r.letter_key
