"""Figures of the digest and the board's summary, and how small counts are hidden."""
