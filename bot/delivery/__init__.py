"""Send the outbox, run timers, and share both between instances."""
