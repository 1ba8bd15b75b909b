"""What Slack itself needs: Block Kit, payloads, listeners, replies, who is a member, and both transports."""
