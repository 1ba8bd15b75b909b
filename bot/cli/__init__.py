"""The commands of `share-check`, one file a command."""
