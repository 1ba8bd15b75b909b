"""The use cases, each in one transaction. Nothing here knows of Slack."""
