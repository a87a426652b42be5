-- One letter stands for all items of a list that have no identity and cannot be read.
ALTER TABLE dead_letter ADD COLUMN times INTEGER NOT NULL DEFAULT 1;   -- how often it was seen
ALTER TABLE dead_letter ADD COLUMN last_at INTEGER;                    -- when it was seen again, null if it was not
