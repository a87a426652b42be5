-- One row that tells this ledger from every other that may come to stand in its place; see LedgerWatch. A SQLite file, which
-- one process has for itself, gets a new mark at each start; nodes that share a ledger share its mark.
CREATE TABLE ledger_mark (
  one   BIGINT NOT NULL,
  mark  TEXT   NOT NULL,
  CONSTRAINT ledger_mark_pk      PRIMARY KEY (one),
  CONSTRAINT ledger_mark_one_row CHECK (one = 1)
);
