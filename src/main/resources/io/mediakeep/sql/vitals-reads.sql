-- Reads of a provider that are due, and since when the first of them is.
SELECT count(*) AS number, min(read_at) AS oldest FROM (
  SELECT read_at FROM task
  WHERE  provider = :provider AND read_reason NOT IN ('watch', 'rebuild') AND read_at - read_credit <= :now AND read_at <= :now
  UNION ALL
  SELECT read_at FROM task
  WHERE  provider = :provider AND read_reason IN ('watch', 'rebuild') AND read_at <= :now) AS due
