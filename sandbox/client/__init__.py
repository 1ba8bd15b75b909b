"""What a person can do in the workspace, and what they see of it."""
