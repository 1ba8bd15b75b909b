"""The wizard of `share-check init`: questions, answers, and the two files it writes."""
