"""Send what the outbox holds, run what is due, and share the work between instances."""
