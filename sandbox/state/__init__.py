"""What the workspace holds: people, messages, clock, rates, tickets and faults."""
