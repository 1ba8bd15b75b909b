"""The real bot against a simulated Slack and a simulated clock: bad days by the thousand, each of which replays."""
