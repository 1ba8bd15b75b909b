"""The `views.*` methods: modals in a stack of at most three, and the Home tab."""

import json
import secrets

from sandbox import blockkit
from sandbox.methods.arguments import required, structure
from sandbox.state import element_values
from sandbox.state.fake_slack import FakeSlack
from sandbox.state.models import Json, SlackError, View

STACK = 3
BYTES = 250_000


def open_view(slack: FakeSlack, args: Json) -> Json:
    """Answer views.open: a new modal stack for the person the trigger_id was issued to."""
    body = checked(args, "modal")
    trigger = slack.triggers.exchange(required(args, "trigger_id"))
    return _answer(slack, start_stack(slack, trigger.user, body))


def push(slack: FakeSlack, args: Json) -> Json:
    """Answer views.push: a modal on top of the one in which the trigger_id was issued."""
    body = checked(args, "modal")
    trigger = slack.triggers.exchange(required(args, "trigger_id"))
    stack = slack.world.stacks[trigger.user]
    if not any(view.id == trigger.view for view in stack):
        raise SlackError("not_found")
    return _answer(slack, push_view(slack, trigger.user, body))


def update(slack: FakeSlack, args: Json) -> Json:
    """Answer views.update, by view_id or external_id. Raises SlackError (`hash_conflict`) if `hash` is out of date."""
    view = _find(slack, args)
    body = checked(args, str(view.body["type"]))
    _same_hash(view, args)
    return _answer(slack, redraw(slack, view, body))


def publish(slack: FakeSlack, args: Json) -> Json:
    """Answer views.publish: one person's Home tab."""
    user = slack.world.human(required(args, "user_id")).id
    body = checked(args, "home")
    if not slack.manifest.home:
        raise SlackError("not_enabled")
    view = slack.world.homes.get(user)
    if view is None:
        if args.get("hash"):
            raise SlackError("hash_conflict")
        view = slack.world.homes[user] = new_view(slack, user, body)
        slack.world.changed()
        return _answer(slack, view)
    _same_hash(view, args)
    return _answer(slack, redraw(slack, view, body))


def checked(args: Json, kind: str) -> Json:
    """Return the `view` argument after Slack's checks, with missing ids filled in."""
    return checked_view(structure(args, "view", "invalid_arguments"), kind)


def checked_view(view: Json | None, kind: str) -> Json:
    """Return a view as Slack stores it: checked, with defaults and missing ids filled in.

    Raises SlackError: `view_too_large`, `invalid_arguments`.
    """
    if len(json.dumps(view)) > BYTES:
        raise SlackError("view_too_large")
    body = blockkit.check_view(view, kind)
    whole = {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        **element_values.with_text_defaults(body),
    }
    if kind == "modal":
        whole = {
            "clear_on_close": False,
            "notify_on_close": False,
            "close": None,
            "submit": None,
            **whole,
        }
    return {**whole, "blocks": element_values.with_ids(body["blocks"])}


def new_view(slack: FakeSlack, user: str, body: Json, below: View | None = None) -> View:
    """Return a view with a new id, linked to the modal `below` it.

    Raises SlackError: `duplicate_external_id`.
    """
    external = body.get("external_id")
    views = [
        *slack.world.homes.values(),
        *(each for stack in slack.world.stacks.values() for each in stack),
    ]
    if external and any(each.body.get("external_id") == external for each in views):
        raise SlackError("duplicate_external_id")
    name = f"V0{secrets.token_hex(5).upper()}"
    return View(name, user, _hash(slack), body, below.root if below else name, below.id if below else None)


def start_stack(slack: FakeSlack, user: str, body: Json) -> View:
    """Open a modal as the only one of a new stack."""
    with slack.world.lock:
        view = new_view(slack, user, body)
        slack.world.stacks[user][:] = [view]
    slack.world.changed()
    return view


def push_view(slack: FakeSlack, user: str, body: Json) -> View:
    """Put a modal on top of the stack. Raises SlackError (`push_limit_reached`) at three."""
    with slack.world.lock:
        stack = slack.world.stacks[user]
        if len(stack) >= STACK:
            raise SlackError("push_limit_reached")
        stack.append(new_view(slack, user, body, stack[-1]))
    slack.world.changed()
    return stack[-1]


def redraw(slack: FakeSlack, view: View, body: Json) -> View:
    """Replace a view in place. Values entered under unchanged ids are kept, as Slack keeps them."""
    with slack.world.lock:
        view.state = element_values.kept_after_redraw(view.blocks, body["blocks"], view.state)
        view.body, view.hash = body, _hash(slack)
        view.errors, view.trouble = {}, None
        view.failed.clear()
    slack.world.changed()
    return view


def as_payload(slack: FakeSlack, view: View) -> Json:
    """Return a view as Slack shows it in payloads and answers."""
    world = slack.world
    return {
        **view.body,
        "id": view.id,
        "team_id": world.team["id"],
        "app_id": world.app_id,
        "app_installed_team_id": world.team["id"],
        "bot_id": world.bot["id"],
        "hash": view.hash,
        "state": {"values": element_values.state_values(view.blocks, view.state)},
        "root_view_id": view.root,
        "previous_view_id": view.previous,
    }


def _answer(slack: FakeSlack, view: View) -> Json:
    return {"ok": True, "view": as_payload(slack, view)}


def _hash(slack: FakeSlack) -> str:
    return f"{int(slack.clock.now())}.{secrets.token_hex(4)}"


def _same_hash(view: View, args: Json) -> None:
    if args.get("hash") and args["hash"] != view.hash:
        raise SlackError("hash_conflict")


def _find(slack: FakeSlack, args: Json) -> View:
    world, external = slack.world, args.get("external_id")
    if external and args.get("view_id"):
        both = "[ERROR] Cannot provide both `view_id` and `external_id`"
        raise SlackError("invalid_arguments", response_metadata={"messages": [both]})
    if external:
        views = [
            *world.homes.values(),
            *(view for stack in world.stacks.values() for view in stack),
        ]
        found = next((view for view in views if view.body.get("external_id") == external), None)
    else:
        found = world.view(required(args, "view_id"))
    if found is None:
        raise SlackError("not_found")
    return found


METHODS = {
    "views.open": open_view,
    "views.push": push,
    "views.update": update,
    "views.publish": publish,
}
