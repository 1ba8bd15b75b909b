"""Finding records by person, and exporting them as packs."""
