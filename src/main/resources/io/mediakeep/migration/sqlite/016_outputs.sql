-- One output under two names is one object, and what was copied before its task ended may be copied again.
ALTER TABLE media ADD COLUMN address  TEXT;                    -- digest of what the URL points to, without its signature
ALTER TABLE media ADD COLUMN place    TEXT;                    -- which output of its role it was where it was named first
ALTER TABLE media ADD COLUMN beside   TEXT;                    -- JSON: the keys that were named with it
ALTER TABLE media ADD COLUMN early    INTEGER NOT NULL DEFAULT 0;  -- 1: named before its task ended
ALTER TABLE media ADD COLUMN replaces TEXT;                    -- key of our object that the next one replaces; '': not known

-- Other keys of an output.
CREATE TABLE media_alias (
  provider  TEXT NOT NULL,
  task_id   TEXT NOT NULL,
  alias_key TEXT NOT NULL,
  media_key TEXT NOT NULL,                                     -- under which it is kept
  CONSTRAINT media_alias_pk PRIMARY KEY (provider, task_id, alias_key)
) WITHOUT ROWID;

-- Objects that are of no use any more, until the storage has removed them.
CREATE TABLE discarded_object (
  object_key   TEXT    NOT NULL,
  provider     TEXT    NOT NULL,
  task_id      TEXT    NOT NULL,
  discarded_at INTEGER NOT NULL,                               -- of the last try to remove it, or when it was given up
  CONSTRAINT discarded_object_pk PRIMARY KEY (object_key)
) WITHOUT ROWID;
CREATE INDEX discarded_object_oldest ON discarded_object (discarded_at);
