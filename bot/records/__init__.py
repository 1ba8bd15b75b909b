"""Find records by person, and export them as packs."""
