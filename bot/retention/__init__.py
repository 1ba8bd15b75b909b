"""Records that are due for deletion, approved one by one."""
