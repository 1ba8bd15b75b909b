"""The Home tab: each section depends on the reader's role."""
