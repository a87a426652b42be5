-- Providers make models and subtitles too; mediakeep.<provider>.kinds says which of them are kept.
ALTER TABLE media DROP CONSTRAINT media_kind_known;
ALTER TABLE media ADD CONSTRAINT media_kind_known
  CHECK (kind IN ('video', 'image', 'audio', 'model', 'text', 'archive'));
