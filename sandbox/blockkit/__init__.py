"""Block Kit, checked as strictly as Slack does and where Slack is lenient a little more."""

from sandbox.blockkit.surfaces import check_message, check_view

__all__ = ["check_message", "check_view"]
