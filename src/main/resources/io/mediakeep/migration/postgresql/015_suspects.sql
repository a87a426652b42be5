-- What ends processes is found by proof; see docs/decisions/0011.

-- Processes that have this ledger open. A row that is not taken away by its process tells of an end without a word.
CREATE TABLE run (
  node    TEXT NOT NULL,
  seen_at BIGINT NOT NULL,                                -- renewed every few seconds
  CONSTRAINT run_pk PRIMARY KEY (node)
);
ALTER TABLE media ADD COLUMN began_at BIGINT;                  -- when work on a suspect began; null: not yet
ALTER TABLE callback ADD COLUMN crashes BIGINT NOT NULL DEFAULT 0;  -- ends of a process with this one in work
ALTER TABLE callback ADD COLUMN node TEXT;                       -- who works on it
ALTER TABLE callback ADD COLUMN began_at BIGINT;               -- when work on a suspect began
CREATE INDEX callback_suspect ON callback (crashes, due_at) WHERE state = 'received' AND crashes > 1;
CREATE INDEX callback_claimed ON callback (node) WHERE state = 'received' AND node IS NOT NULL;
