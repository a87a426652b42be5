-- Closes letters about tasks that what came since has made untrue.
UPDATE dead_letter SET state = 'replayed', replayed_at = :now
FROM   jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        kind text, provider text, letter_key text)
WHERE  dead_letter.state = 'open' AND dead_letter.kind = r.kind AND dead_letter.provider = r.provider
AND    dead_letter.letter_key = r.letter_key
