"""Subject access requests: search, review item by item, release."""
