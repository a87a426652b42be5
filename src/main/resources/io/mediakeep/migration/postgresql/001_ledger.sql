-- The ledger: the only durable state. Times are milliseconds since the Unix epoch, UTC, and come in as parameters.

-- Raw callbacks as received. Also payloads of a poll that could not be read and are replayed.
CREATE TABLE callback (
  id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  provider     TEXT    NOT NULL,
  callback_key TEXT    NOT NULL,                       -- the provider's id of the callback, else sha256 of the body
  covered      BIGINT NOT NULL,                       -- 1 if a signature covers the body
  body         BYTEA    NOT NULL,                       -- exactly the bytes received
  received_at  BIGINT NOT NULL,
  state        TEXT    NOT NULL DEFAULT 'received',
  attempts     BIGINT NOT NULL DEFAULT 0,             -- raised by each claim
  due_at       BIGINT NOT NULL,                       -- claimed rows are due again when their lease has ended
  CONSTRAINT callback_once        UNIQUE (provider, callback_key),
  CONSTRAINT callback_state_known CHECK (state IN ('received', 'done', 'dead'))
);
CREATE INDEX callback_due ON callback (due_at, id) WHERE state = 'received';
CREATE INDEX callback_received ON callback (received_at);

-- One row for each task a provider told us of.
CREATE TABLE task (
  provider         TEXT    NOT NULL,
  task_id          TEXT    NOT NULL,
  status           TEXT    NOT NULL,
  status_message   TEXT,
  external_task_id TEXT,
  created_at       BIGINT,                            -- the provider's word
  updated_at       BIGINT,                            -- the provider's word
  units            TEXT,
  model            TEXT,
  product          TEXT,                               -- where a poll found it, for a later read
  first_seen_by    TEXT    NOT NULL,
  first_seen_at    BIGINT NOT NULL,
  callback_at      BIGINT,                            -- first callback about it
  polled_at        BIGINT,                            -- first poll or read that showed it
  finished_at      BIGINT,                            -- when we learned that it ended
  conflict_at      BIGINT,                            -- when two final states met
  read_at          BIGINT,                            -- when a read is due, null for none
  read_reason      TEXT,
  read_attempts    BIGINT NOT NULL DEFAULT 0,
  read_fence       BIGINT NOT NULL DEFAULT 0,         -- raised by each request and claim; an end must carry it
  revision         BIGINT NOT NULL DEFAULT 0,         -- raised by each change that the manifest shows; 0: none yet
  manifest         BIGINT NOT NULL DEFAULT 0,         -- revision of the manifest in the bucket
  manifest_at      BIGINT NOT NULL DEFAULT 0,         -- not before; claimed rows are due again when their lease has ended
  CONSTRAINT task_pk                PRIMARY KEY (provider, task_id),
  CONSTRAINT task_status_known      CHECK (status IN ('submitted', 'processing', 'failed', 'succeeded')),
  CONSTRAINT task_first_seen_known  CHECK (first_seen_by IN ('callback', 'poll', 'watch')),
  CONSTRAINT task_finished_has_at   CHECK ((finished_at IS NOT NULL) = (status IN ('failed', 'succeeded'))),
  CONSTRAINT task_read_has_reason   CHECK ((read_at IS NULL) = (read_reason IS NULL))
);
CREATE INDEX task_read_due ON task (provider, read_at) WHERE read_at IS NOT NULL;
CREATE INDEX task_manifest_due ON task (manifest_at) WHERE manifest < revision;
CREATE INDEX task_newest ON task (first_seen_at, provider, task_id);

-- One row for each output of a task that is to be kept.
CREATE TABLE media (
  provider         TEXT    NOT NULL,
  task_id          TEXT    NOT NULL,
  media_key        TEXT    NOT NULL,                   -- stable name of this output within the task
  kind             TEXT    NOT NULL,
  url              TEXT    NOT NULL,
  expires_at       BIGINT NOT NULL,                   -- when the source URL dies
  duration_seconds DOUBLE PRECISION,
  width            BIGINT,
  height           BIGINT,
  fps              DOUBLE PRECISION,
  state            TEXT    NOT NULL DEFAULT 'due',
  due_at           BIGINT NOT NULL,
  attempts         BIGINT NOT NULL DEFAULT 0,         -- raised by each claim
  refreshes        BIGINT NOT NULL DEFAULT 0,         -- fresh URLs asked for
  waits_for_read   BIGINT NOT NULL DEFAULT 0,         -- 1 while due_at is the end of a wait for a fresh URL
  fence            BIGINT NOT NULL DEFAULT 0,         -- raised by each claim; a finish must carry it
  lease_until      BIGINT,
  node             TEXT,                               -- who copies it
  upload_id        TEXT,                               -- open multipart upload, set before its first part
  object_key       TEXT,
  size             BIGINT,
  sha256           TEXT,
  content_type     TEXT,
  source_host      TEXT,
  added_at         BIGINT NOT NULL,
  stored_at        BIGINT,
  reason           TEXT,                               -- of the last failure
  detail           TEXT,
  CONSTRAINT media_pk                 PRIMARY KEY (provider, task_id, media_key),
  CONSTRAINT media_kind_known         CHECK (kind IN ('video', 'image', 'audio')),
  CONSTRAINT media_state_known        CHECK (state IN ('due', 'copying', 'stored', 'dead')),
  CONSTRAINT media_copying_has_lease  CHECK ((lease_until IS NOT NULL) = (state = 'copying')),
  CONSTRAINT media_stored_has_object  CHECK (state <> 'stored' OR (stored_at IS NOT NULL AND object_key IS NOT NULL
                                             AND size IS NOT NULL AND sha256 IS NOT NULL)),
  CONSTRAINT media_dead_has_reason    CHECK (state <> 'dead' OR reason IS NOT NULL)
);
CREATE INDEX media_due ON media (expires_at, due_at) WHERE state = 'due';
CREATE INDEX media_copying ON media (lease_until) WHERE state = 'copying';
CREATE INDEX media_upload ON media (lease_until) WHERE upload_id IS NOT NULL;
CREATE INDEX media_dead ON media (provider, reason) WHERE state = 'dead';

-- What could not be done, with its reason, until somebody replays it.
CREATE TABLE dead_letter (
  id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind         TEXT    NOT NULL,
  provider     TEXT    NOT NULL,
  letter_key   TEXT    NOT NULL,                       -- what it is about, so that it is told once
  task_id      TEXT,
  media_key    TEXT,
  callback_id  BIGINT,
  reason       TEXT    NOT NULL,
  detail       TEXT,
  raw          BYTEA,                                   -- payload of a poll that could not be read
  state        TEXT    NOT NULL DEFAULT 'open',
  created_at   BIGINT NOT NULL,
  replayed_at  BIGINT,
  CONSTRAINT dead_letter_kind_known  CHECK (kind IN ('callback', 'payload', 'task', 'media')),
  CONSTRAINT dead_letter_state_known CHECK (state IN ('open', 'replayed')),
  CONSTRAINT dead_letter_replayed_at CHECK ((replayed_at IS NOT NULL) = (state = 'replayed'))
);
CREATE UNIQUE INDEX dead_letter_once ON dead_letter (kind, provider, letter_key) WHERE state = 'open';
CREATE INDEX dead_letter_reason ON dead_letter (provider, reason, id) WHERE state = 'open';

-- Transactional outbox of the announcements.
CREATE TABLE outbox (
  id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  channel    TEXT    NOT NULL,
  type       TEXT    NOT NULL,
  provider   TEXT    NOT NULL,
  task_id    TEXT    NOT NULL,
  media_key  TEXT,
  data       TEXT    NOT NULL,                         -- JSON
  created_at BIGINT NOT NULL,
  attempts   BIGINT NOT NULL DEFAULT 0,
  due_at     BIGINT NOT NULL,
  CONSTRAINT outbox_channel_known CHECK (channel IN ('announce', 'dead-letter'))
);
CREATE INDEX outbox_due ON outbox (channel, due_at, id);

-- How far each list was polled, and who polls it.
CREATE TABLE poll (
  provider      TEXT    NOT NULL,
  list          TEXT    NOT NULL,
  covered_until BIGINT,                               -- all before is known; null before the first full poll
  lease_until   BIGINT NOT NULL DEFAULT 0,
  node          TEXT,
  failures      BIGINT NOT NULL DEFAULT 0,            -- in a row
  next_at       BIGINT NOT NULL DEFAULT 0,            -- not before
  succeeded_at  BIGINT,
  problem       TEXT,
  CONSTRAINT poll_pk PRIMARY KEY (provider, list)
);
