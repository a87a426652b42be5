-- A process ended without them: what they are blamed for is no proof. The first comparison
-- is that of the index.
UPDATE media SET crashes = 2 WHERE crashes > 1 AND crashes > 2 AND state IN ('due', 'copying')
