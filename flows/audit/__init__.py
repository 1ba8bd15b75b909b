"""Walk every situation of the checklist and prove the invariants."""
