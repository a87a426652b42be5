-- A stored object has the checksum that mediakeep.copy.checksum names; see docs/decisions/0013.
ALTER TABLE media ADD COLUMN crc32c TEXT;
ALTER TABLE media DROP CONSTRAINT media_stored_has_object;
ALTER TABLE media ADD CONSTRAINT media_stored_has_object
  CHECK (state <> 'stored' OR (stored_at IS NOT NULL AND object_key IS NOT NULL AND size IS NOT NULL
         AND (sha256 IS NOT NULL OR crc32c IS NOT NULL)));
