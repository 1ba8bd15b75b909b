"""Everything specific to Slack: Block Kit, payloads, listeners, replies, membership, manifest and both transports."""
