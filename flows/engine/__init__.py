"""Replay answers, decide the outcome, and explain it."""
