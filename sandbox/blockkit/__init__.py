"""Block Kit validation: as strict as Slack, and stricter in the few places where Slack is lenient."""

from sandbox.blockkit.surfaces import check_message, check_view

__all__ = ["check_message", "check_view"]
