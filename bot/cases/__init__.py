"""What safeguarding leads and the reporter do with a case: pages, threads, modals and notices."""
