"""Faults that are planted in the product to see that they are found (simulation/mutations.py)."""
