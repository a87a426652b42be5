-- The storage could not remove it; it is tried again after the others.
UPDATE discarded_object SET discarded_at = :now WHERE object_key = :object_key
