"""Settings from the environment and facts from organisation.toml, validated, with every problem reported at once."""
