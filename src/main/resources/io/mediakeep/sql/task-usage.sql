-- Tasks that ended, those alike counted together. A task without any time of its provider counts when it was first seen.
SELECT day, provider, model, product, units, status, lost, count(*) AS tasks
FROM  (SELECT COALESCE(t.created_at, t.first_seen_at) / :day AS day, t.provider, t.model, t.product, t.units, t.status,
              CASE WHEN t.status = 'succeeded'
                    AND (EXISTS (SELECT 1 FROM media m WHERE m.provider = t.provider AND m.task_id = t.task_id AND m.state = 'dead')
                         OR EXISTS (SELECT 1 FROM dead_letter d WHERE d.provider = t.provider AND d.task_id = t.task_id
                                    AND d.kind = 'task' AND d.state = 'open'))
                   THEN 1 ELSE 0 END AS lost
       FROM   task t
       WHERE  t.status IN ('succeeded', 'failed') AND COALESCE(t.created_at, t.first_seen_at) >= :since
       AND    COALESCE(t.created_at, t.first_seen_at) < :until
       AND    t.provider = COALESCE(:provider, t.provider)) AS ended
GROUP BY day, provider, model, product, units, status, lost
ORDER BY day, provider, model, product
