"""Who is paged, when, and who covers for whom."""
