"""The database. Takes and returns the types of `flows`; imports nothing of Slack."""
