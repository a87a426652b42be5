SELECT node, seen_at FROM run WHERE node = :node
