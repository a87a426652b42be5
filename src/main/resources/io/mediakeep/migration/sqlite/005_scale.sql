-- What a ledger of many millions of tasks needs: counts that are not counted anew, pages that read an index, and how far
-- each list was walked.

-- Counts that grow with the ledger, changed by the write that changes what is counted. The rows of one name add up.
CREATE TABLE tally (
  provider TEXT NOT NULL,
  name     TEXT NOT NULL,                              -- task.<status>, callback.seen, callback.missed, media
  slot     INTEGER NOT NULL,                            -- writers side by side use different ones
  total    INTEGER NOT NULL,
  CONSTRAINT tally_pk PRIMARY KEY (provider, name, slot)
) WITHOUT ROWID;
INSERT INTO tally (provider, name, slot, total)
SELECT provider, 'task.' || status, 0, count(*) FROM task GROUP BY provider, status
UNION ALL
SELECT provider, CASE WHEN callback_at IS NULL THEN 'callback.missed' ELSE 'callback.seen' END, 0, count(*)
FROM task WHERE finished_at IS NOT NULL GROUP BY provider, CASE WHEN callback_at IS NULL THEN 'callback.missed' ELSE 'callback.seen' END
UNION ALL
SELECT provider, 'media', 0, count(*) FROM media GROUP BY provider;

-- Pages of the API, and what is forgotten.
DROP INDEX task_newest;
CREATE INDEX task_status ON task (provider, status, first_seen_at, task_id);
CREATE INDEX media_state ON media (provider, state, expires_at, task_id, media_key);
CREATE INDEX dead_letter_open ON dead_letter (id) WHERE state = 'open';
CREATE INDEX dead_letter_provider ON dead_letter (provider, id) WHERE state = 'open';
CREATE INDEX dead_letter_why ON dead_letter (reason, id) WHERE state = 'open';
CREATE INDEX dead_letter_replayed ON dead_letter (replayed_at) WHERE state = 'replayed';

-- How far back a walk through a list has to go: to the oldest open task that it showed.
CREATE INDEX task_open ON task (provider, product, created_at) WHERE status IN ('submitted', 'processing');
ALTER TABLE poll ADD COLUMN walks INTEGER NOT NULL DEFAULT 0;   -- raised by each claim
ALTER TABLE poll ADD COLUMN whole_at INTEGER;                   -- when the last walk through the whole window began
ALTER TABLE poll ADD COLUMN sorted TEXT;                       -- how that walk saw the list: 'created' or 'updated', newest first
