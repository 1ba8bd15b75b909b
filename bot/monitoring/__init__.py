"""Health endpoint, metrics and logs for operators. None of them contains anything about a case."""
