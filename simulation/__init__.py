"""The real bot against a simulated Slack and clock: random lives by the thousand, each replayable."""
