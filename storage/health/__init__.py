"""What is overdue, who is alive, and how much waits."""
