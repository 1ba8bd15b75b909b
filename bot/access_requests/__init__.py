"""Subject access requests: search, judge item by item, release."""
