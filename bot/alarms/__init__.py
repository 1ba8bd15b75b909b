"""Notice what is overdue or broken, and tell the people whose business it is."""
