SELECT count(*) AS number FROM callback WHERE state = 'received'
