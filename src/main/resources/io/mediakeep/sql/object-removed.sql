DELETE FROM discarded_object WHERE object_key = :object_key
