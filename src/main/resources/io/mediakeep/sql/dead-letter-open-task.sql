SELECT reason FROM dead_letter WHERE kind = 'task' AND provider = :provider AND letter_key = :letter_key AND state = 'open'
