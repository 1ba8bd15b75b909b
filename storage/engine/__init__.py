"""The database itself: connections, transactions, locks, group commit."""
