-- Whether the recorded callback has this very body.
SELECT CASE WHEN body = :body THEN 1 ELSE 0 END AS same
FROM   callback WHERE provider = :provider AND callback_key = :callback_key
