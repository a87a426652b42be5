-- A broken copy goes on in the same multipart upload, also in another process or on another node.
ALTER TABLE media ADD COLUMN upload_etag   TEXT;                       -- strong ETag of the source; null: no way to go on
ALTER TABLE media ADD COLUMN upload_length BIGINT;                     -- bytes that the source announced, null for none
ALTER TABLE media ADD COLUMN upload_md5    TEXT;                       -- Content-MD5 that the source announced, Base64
ALTER TABLE media ADD COLUMN upload_at     BIGINT;                     -- when the upload was begun

-- The parts of the open upload that the storage has taken.
CREATE TABLE media_part (
  provider  TEXT    NOT NULL,
  task_id   TEXT    NOT NULL,
  media_key TEXT    NOT NULL,
  number    BIGINT  NOT NULL,                              -- from 1
  upload_id TEXT    NOT NULL,
  size      BIGINT  NOT NULL,                              -- bytes
  etag      TEXT    NOT NULL,                          -- what the storage answered
  crc32c    BIGINT  NOT NULL,                              -- of the bytes that were sent
  CONSTRAINT media_part_pk              PRIMARY KEY (provider, task_id, media_key, number),
  CONSTRAINT media_part_number_in_range CHECK (number BETWEEN 1 AND 10000)
);

-- Uploads that are of no use any more, until the storage has aborted them.
CREATE TABLE discarded_upload (
  upload_id    TEXT   NOT NULL,
  object_key   TEXT   NOT NULL,
  discarded_at BIGINT NOT NULL,                            -- of the last try to abort it, or when it was given up
  CONSTRAINT discarded_upload_pk PRIMARY KEY (upload_id, object_key)
);
CREATE INDEX discarded_upload_oldest ON discarded_upload (discarded_at);

-- What kills the process is found and given up.
ALTER TABLE media ADD COLUMN crashes BIGINT NOT NULL DEFAULT 0;         -- claims in a row whose node ended without a word
CREATE INDEX media_suspect ON media (due_at) WHERE crashes > 1;
ALTER TABLE callback ADD COLUMN fence BIGINT NOT NULL DEFAULT 0;        -- raised by each claim; an end must carry it
