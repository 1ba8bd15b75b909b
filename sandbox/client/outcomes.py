"""What Slack does with what came back in an acknowledgement."""

from sandbox.methods import chat, views
from sandbox.methods.response_url_posts import show
from sandbox.state.core import Core
from sandbox.state.kinds import Channel, Json, SlackError, View
from sandbox.state.response_urls import UrlReply

TROUBLE = "We had some trouble connecting. Try again?"


def answered_command(core: Core, user: str, channel: Channel, response: Json | None) -> str | None:
    """A command's answer shows to that person only, unless it says in_channel.

    Returns what Slack shows instead when it cannot.
    """
    if not response or not (response.get("text") or response.get("blocks")):
        return None
    about = UrlReply(user, channel.id, None, None, core.clock.now())
    try:
        with core.world.lock:
            content = chat.checked_content(core, response, "command answer", chat.POST_TEXT)
            show(core, about, content, in_channel=response.get("response_type") == "in_channel")
    except SlackError as refusal:
        core.world.complain(f"command answer: {refusal}")
        return f'failed with the error "{refusal}"'
    return None


def answered_submission(core: Core, view: View, response: Json | None) -> str | None:
    """Do the `response_action`; an empty answer closes this modal and shows the one below."""
    try:
        with core.world.lock:
            error = _respond(core, view, response or {})
    except SlackError as refusal:
        core.world.complain(f"view_submission answer: {refusal} {refusal.body.get('response_metadata', '')}".strip())
        error = view.trouble = TROUBLE
    core.world.changed()
    return error


def _respond(core: Core, view: View, response: Json) -> str | None:
    stack = core.world.stacks[view.user]
    action = response.get("response_action")
    if action is None:
        stack[:] = [each for each in stack if each is not view]
    elif action == "clear":
        stack.clear()
    elif action == "update":
        views.redraw(core, view, views.checked_view(response.get("view"), "modal"))
    elif action == "push":
        views.push_view(core, view.user, views.checked_view(response.get("view"), "modal"))
    elif action == "errors":
        return _point_out(view, response.get("errors") or {})
    else:
        raise SlackError(f"unknown response_action {action}")
    return None


def _point_out(view: View, errors: dict[str, str]) -> str:
    """Errors sit under input blocks; Slack refuses any other block id."""
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    strays = sorted(set(errors) - inputs)
    if strays or not errors:
        raise SlackError(f"errors for blocks that are not inputs: {', '.join(strays) or 'none given'}")
    view.errors = dict(errors)
    return "\n".join(errors.values())
