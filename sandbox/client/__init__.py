"""Slack's own client: what a person can do in the workspace, and what that person sees."""
