-- A read has ended: media that waited for its fresh URL are due now.
UPDATE media SET due_at = :now
WHERE  provider = :provider AND task_id = :task_id AND state = 'due' AND reason IN ('url_expired', 'resp_status', 'resp_type')
AND    due_at > :now
