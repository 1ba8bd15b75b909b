"""Keys and sealed values."""
