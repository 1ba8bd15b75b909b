"""Keys and sealed (encrypted) values."""
