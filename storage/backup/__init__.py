"""Make, read, restore and transfer backups."""
