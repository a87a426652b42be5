-- A source that has no file yet is asked again for as long as its URL lives; see docs/decisions/0014.
ALTER TABLE media ADD COLUMN refusals BIGINT NOT NULL DEFAULT 0;  -- answers without a file; they are no attempts
ALTER TABLE media ADD COLUMN stale BIGINT NOT NULL DEFAULT 0;     -- reads in a row that brought no living URL
ALTER TABLE media ADD COLUMN wakes BIGINT NOT NULL DEFAULT 0;     -- times that another URL brought it back
