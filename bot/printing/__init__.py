"""The checklist on paper, as HTML."""
