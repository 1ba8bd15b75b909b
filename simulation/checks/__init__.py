"""What must hold after each action, message and page of a run."""
