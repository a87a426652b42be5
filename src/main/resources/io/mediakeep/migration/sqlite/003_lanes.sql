-- Lanes per host. Rows that are due later must not lie in front of those that are due now.
ALTER TABLE media ADD COLUMN host TEXT NOT NULL DEFAULT '';  -- of the URL, in lower case
ALTER TABLE media ADD COLUMN ready INTEGER NOT NULL DEFAULT 1  -- 0: due later; 1: due for the first time; 2: due again
  CONSTRAINT media_ready_known CHECK (ready IN (0, 1, 2));

DROP INDEX media_due;
CREATE INDEX media_lane_due ON media (host, ready, expires_at, due_at) WHERE state = 'due' AND ready > 0;
CREATE INDEX media_later_due ON media (due_at) WHERE state = 'due' AND ready = 0;
