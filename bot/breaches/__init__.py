"""A possible data breach: who is asked, the 72 hours, what was done, and the log of all of them."""
