"""What safeguarding leads do with a case: the page, the thread, and the windows."""
