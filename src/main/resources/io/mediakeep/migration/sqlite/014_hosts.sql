-- Hosts that the operator accepted beside those of the settings, and what waits for such a word.
CREATE TABLE accepted_host (
  provider    TEXT    NOT NULL,
  host        TEXT    NOT NULL,                        -- in lower case
  accepted_at INTEGER NOT NULL,
  CONSTRAINT accepted_host_pk PRIMARY KEY (provider, host)
) WITHOUT ROWID;
ALTER TABLE media ADD COLUMN own_read INTEGER NOT NULL DEFAULT 0;  -- 1: an answer that we read ourselves named the URL
ALTER TABLE media ADD COLUMN refused_host TEXT;                   -- where the last attempt ended; if due, waits for it
CREATE INDEX media_refused_host ON media (provider, refused_host) WHERE refused_host IS NOT NULL;
