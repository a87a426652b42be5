SELECT provider, list, covered_until FROM poll
