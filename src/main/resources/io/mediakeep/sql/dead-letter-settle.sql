-- A task that was given up has ended, or its provider knows it after all: its letter is closed. Changes 0 rows if none is open.
UPDATE dead_letter SET state = 'replayed', replayed_at = :now
WHERE  kind = 'task' AND provider = :provider AND letter_key = :task_id AND state = 'open'
AND    reason IN ('status_unknown', 'task_unknown', 'watch_timeout')
