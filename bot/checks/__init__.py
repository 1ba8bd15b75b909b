"""The reporter's check: the card with its questions, its modals, and the ways in."""
