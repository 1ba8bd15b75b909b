"""Make, verify, restore and transfer backups."""
