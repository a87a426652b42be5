-- Forgets letters that were replayed long ago, a few at a time.
DELETE FROM dead_letter
WHERE id IN (SELECT id FROM dead_letter WHERE state = 'replayed' AND replayed_at < :before ORDER BY replayed_at LIMIT :limit)
