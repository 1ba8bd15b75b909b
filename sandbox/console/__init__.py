"""The page's own API: snapshot, controls, and the bot as a child process."""
