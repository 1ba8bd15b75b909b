"""The web page's API: a snapshot of the workspace, people's actions, faults, and the bot's process."""
