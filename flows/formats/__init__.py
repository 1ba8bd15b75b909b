"""The checklist as a page, and a sheet of answers as text."""
