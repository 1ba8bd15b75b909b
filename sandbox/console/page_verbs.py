"""The verbs of POST /sandbox/act: actions as a person, by exact ids."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.client.result import InteractionResult
from sandbox.state import element_values
from sandbox.state.models import Json, SlackMessage, View

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

DONE = InteractionResult(acked=True)


def act(workspace: "Workspace", body: Json) -> InteractionResult:
    """Do `body["do"]` as the person `body["as"]`.

    Raises ValueError for an unknown verb, LookupError for a message, modal or Home tab that is gone.
    """
    user = workspace.slack.world.human(str(body["as"])).id
    verb = VERBS.get(str(body["do"]))
    if verb is None:
        raise ValueError(f"no verb called {body['do']}")
    return verb(workspace, user, body)


def _command(workspace: "Workspace", user: str, body: Json) -> InteractionResult:
    channel = str(body.get("channel") or "C0GENERAL")
    return workspace.user_actions.command(user, str(body["command"]), str(body.get("text", "")), channel)


def _shortcut(workspace: "Workspace", user: str, body: Json) -> InteractionResult:
    return workspace.user_actions.shortcut(user, str(body["callback_id"]))


def _message_shortcut(workspace: "Workspace", user: str, body: Json) -> InteractionResult:
    return workspace.user_actions.message_shortcut(user, str(body["callback_id"]), _message(workspace, body))


def _open_home(workspace: "Workspace", user: str, _: Json) -> InteractionResult:
    return workspace.user_actions.open_home(user)


def _touch(workspace: "Workspace", user: str, body: Json) -> InteractionResult:
    surface = _surface(workspace, user, body)
    if isinstance(surface, View):
        _enter(surface, body)
    return workspace.user_actions.touch(user, surface, str(body["block_id"]), str(body["action_id"]), body.get("value"))


def _submit(workspace: "Workspace", user: str, body: Json) -> InteractionResult:
    view = _modal(workspace, user, body)
    _enter(view, body)
    return workspace.user_actions.submit(user, view)


def _close(workspace: "Workspace", user: str, body: Json) -> InteractionResult:
    return workspace.user_actions.close(user, _modal(workspace, user, body), whole_stack=bool(body.get("all")))


def _post(workspace: "Workspace", user: str, body: Json) -> InteractionResult:
    workspace.user_actions.post(user, str(body["channel"]), str(body["text"]), body.get("thread_ts"))
    return DONE


def _delete(workspace: "Workspace", user: str, body: Json) -> InteractionResult:
    workspace.user_actions.delete(user, _message(workspace, body))
    return DONE


def _read(workspace: "Workspace", user: str, body: Json) -> InteractionResult:
    workspace.person(user).read(str(body["channel"]))
    return DONE


def _surface(workspace: "Workspace", user: str, body: Json) -> SlackMessage | View:
    if body["surface"] == "message":
        return _message(workspace, body)
    if body["surface"] == "modal":
        return _modal(workspace, user, body)
    home = workspace.slack.world.homes.get(user)
    if home is None:
        raise LookupError("no Home tab has been published")
    return home


def _message(workspace: "Workspace", body: Json) -> SlackMessage:
    message = workspace.slack.world.message(str(body["channel"]), str(body["ts"]))
    if message is None:
        raise LookupError("that message is gone")
    return message


def _modal(workspace: "Workspace", user: str, body: Json) -> View:
    for view in workspace.slack.world.stacks[user]:
        if view.id == body["view_id"]:
            return view
    raise LookupError("that modal is closed")


def _enter(view: View, body: Json) -> None:
    """Store the values of the page's inputs in the view; ids of elements that keep no value are ignored."""
    for block, element in element_values.interactive(view.blocks):
        key = (block["block_id"], element["action_id"])
        entered = (body.get("state") or {}).get(key[0], {})
        if element["type"] in element_values.STATE_KEY and key[1] in entered:
            view.state[key] = entered[key[1]]


VERBS: dict[str, Callable[["Workspace", str, Json], InteractionResult]] = {
    "command": _command,
    "shortcut": _shortcut,
    "message_shortcut": _message_shortcut,
    "open_home": _open_home,
    "press": _touch,
    "choose": _touch,
    "submit": _submit,
    "close_modal": _close,
    "post": _post,
    "delete": _delete,
    "read": _read,
}
