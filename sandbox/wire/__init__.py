"""The network side: Web API over HTTP, Socket Mode, signed deliveries, and each method's token and scopes."""
