"""Settings from the environment and organisation.toml, validated, every problem listed at once."""
