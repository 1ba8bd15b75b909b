"""Slack's edge: HTTP, WebSocket, envelopes, and the rules of each method."""
