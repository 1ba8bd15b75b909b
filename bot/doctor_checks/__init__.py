"""What share-check doctor looks at: one module a subject. Each asks once, and judges in findings; none reads a case."""
