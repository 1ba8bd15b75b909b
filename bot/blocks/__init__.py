"""What people see, as pure functions: a value of the domain in, Block Kit dicts out."""
