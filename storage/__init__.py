"""Where everything is kept. Speaks the types of flows, in and out; knows nothing of Slack's surface."""
