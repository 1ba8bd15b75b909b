"""Database connections, transactions, locks and group commit."""
