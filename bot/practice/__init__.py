"""Made-up situations for staff to practise on, and marked practice pages for leads."""
