"""Rules for records: matching people, subject access, retention."""
