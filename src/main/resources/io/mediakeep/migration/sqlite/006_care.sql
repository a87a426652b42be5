-- Tasks that ended and no callback told of, for the gauge of callbacks that were missed.
CREATE INDEX task_missed ON task (finished_at, provider) WHERE finished_at IS NOT NULL AND callback_at IS NULL;
