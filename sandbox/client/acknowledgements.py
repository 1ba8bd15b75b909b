"""What Slack does with the payload of an acknowledgement: a command's reply, a modal's `response_action`."""

from sandbox.methods import chat, views
from sandbox.methods.response_url_posts import show_response
from sandbox.state.fake_slack import FakeSlack
from sandbox.state.models import Channel, Json, SlackError, View
from sandbox.state.response_urls import ResponseUrl

TROUBLE = "We had some trouble connecting. Try again?"


def apply_command_response(slack: FakeSlack, user: str, channel: Channel, response: Json | None) -> str | None:
    """Show a command's reply: to this person only, unless its response_type is in_channel.

    Return the error that Slack shows instead if the reply is invalid, else None.
    """
    if not response or not (response.get("text") or response.get("blocks")):
        return None
    target = ResponseUrl(user, channel.id, None, None, slack.clock.now())
    try:
        with slack.world.lock:
            content = chat.checked_content(slack, response, "command answer", chat.POST_TEXT)
            show_response(slack, target, content, in_channel=response.get("response_type") == "in_channel")
    except SlackError as refusal:
        slack.world.complain(f"command answer: {refusal}")
        return f'failed with the error "{refusal}"'
    return None


def apply_submission_response(slack: FakeSlack, view: View, response: Json | None) -> str | None:
    """Carry out the `response_action`; an empty response closes this modal and shows the one below.

    Return what Slack shows in the modal if the response is invalid or reports errors, else None.
    """
    try:
        with slack.world.lock:
            error = _respond(slack, view, response or {})
    except SlackError as refusal:
        slack.world.complain(f"view_submission answer: {refusal} {refusal.body.get('response_metadata', '')}".strip())
        error = view.trouble = TROUBLE
    slack.world.changed()
    return error


def _respond(slack: FakeSlack, view: View, response: Json) -> str | None:
    stack = slack.world.stacks[view.user]
    action = response.get("response_action")
    if action is None:
        stack[:] = [each for each in stack if each is not view]
    elif action == "clear":
        stack.clear()
    elif action == "update":
        views.redraw(slack, view, views.checked_view(response.get("view"), "modal"))
    elif action == "push":
        views.push_view(slack, view.user, views.checked_view(response.get("view"), "modal"))
    elif action == "errors":
        return _show_errors(view, response.get("errors") or {})
    else:
        raise SlackError(f"unknown response_action {action}")
    return None


def _show_errors(view: View, errors: dict[str, str]) -> str:
    """Show `errors` (block id to message) under their input blocks. Return the messages.

    Raises SlackError if a block id is not that of an input block, as Slack refuses those.
    """
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    strays = sorted(set(errors) - inputs)
    if strays or not errors:
        raise SlackError(f"errors for blocks that are not inputs: {', '.join(strays) or 'none given'}")
    view.errors = dict(errors)
    return "\n".join(errors.values())
