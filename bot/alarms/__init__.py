"""Detection of what is overdue or broken, and alarms to the people who may know of it."""
