"""The checklist on paper, as HTML and as PDF."""
