"""The commands of `share-check`, one file per command."""
