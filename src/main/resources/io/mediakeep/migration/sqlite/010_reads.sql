-- Reads that somebody waits for stand in a line of their own, before those that only watch; see docs/decisions/0015.
ALTER TABLE task ADD COLUMN read_credit INTEGER NOT NULL DEFAULT 0;   -- ms that a read comes before others of its time

DROP INDEX task_read_due;
CREATE INDEX task_asked_due ON task (provider, (read_at - read_credit)) WHERE read_reason NOT IN ('watch', 'rebuild');
CREATE INDEX task_watch_due ON task (provider, read_at) WHERE read_reason IN ('watch', 'rebuild');
