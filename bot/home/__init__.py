"""The Home tab, by role."""
