"""Health, metrics and logs for whoever runs the bot; nothing of a case in any of them."""
