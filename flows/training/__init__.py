"""Briefings for staff and practice situations."""
