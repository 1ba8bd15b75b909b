"""The real bot against a simulated Slack, clock and people: thousands of random runs, each replayable from its seed."""
