"""Health figures: what is overdue, which instances are alive, and how much is due."""
