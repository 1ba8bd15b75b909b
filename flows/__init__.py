"""The rules of sharing, as data and pure functions that need only the standard library."""
