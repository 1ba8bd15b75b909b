"""views.*: modals in a stack of three, and the Home tab."""

import json
import secrets

from sandbox import blockkit
from sandbox.methods.arguments import required, structure
from sandbox.state import entered
from sandbox.state.core import Core
from sandbox.state.kinds import Json, SlackError, View

STACK = 3
BYTES = 250_000


def open_view(core: Core, args: Json) -> Json:
    """views.open: a new stack for the person whose trigger this is."""
    body = checked(args, "modal")
    trigger = core.triggers.exchange(required(args, "trigger_id"))
    return _answer(core, start_stack(core, trigger.user, body))


def push(core: Core, args: Json) -> Json:
    """views.push: on top of the modal in which the trigger arose."""
    body = checked(args, "modal")
    trigger = core.triggers.exchange(required(args, "trigger_id"))
    stack = core.world.stacks[trigger.user]
    if not any(view.id == trigger.view for view in stack):
        raise SlackError("not_found")
    return _answer(core, push_view(core, trigger.user, body))


def update(core: Core, args: Json) -> Json:
    """views.update, by view_id or external_id, if the hash (when given) is still the view's."""
    view = _find(core, args)
    body = checked(args, str(view.body["type"]))
    _same_hash(view, args)
    return _answer(core, redraw(core, view, body))


def publish(core: Core, args: Json) -> Json:
    """views.publish: one person's Home tab."""
    user = core.world.human(required(args, "user_id")).id
    body = checked(args, "home")
    if not core.manifest.home:
        raise SlackError("not_enabled")
    view = core.world.homes.get(user)
    if view is None:
        if args.get("hash"):
            raise SlackError("hash_conflict")
        view = core.world.homes[user] = new_view(core, user, body)
        core.world.changed()
        return _answer(core, view)
    _same_hash(view, args)
    return _answer(core, redraw(core, view, body))


def checked(args: Json, kind: str) -> Json:
    """The `view` argument, after Slack's checks, with ids filled in."""
    return checked_view(structure(args, "view", "invalid_arguments"), kind)


def checked_view(view: Json | None, kind: str) -> Json:
    """A view that Slack would show as a modal or as a Home tab."""
    if len(json.dumps(view)) > BYTES:
        raise SlackError("view_too_large")
    body = blockkit.check_view(view, kind)
    whole = {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        **entered.normalised(body),
    }
    if kind == "modal":
        whole = {
            "clear_on_close": False,
            "notify_on_close": False,
            "close": None,
            "submit": None,
            **whole,
        }
    return {**whole, "blocks": entered.completed(body["blocks"])}


def new_view(core: Core, user: str, body: Json, below: View | None = None) -> View:
    """A view with its own id; a modal knows the one it lies on."""
    external = body.get("external_id")
    views = [
        *core.world.homes.values(),
        *(each for stack in core.world.stacks.values() for each in stack),
    ]
    if external and any(each.body.get("external_id") == external for each in views):
        raise SlackError("duplicate_external_id")
    name = f"V0{secrets.token_hex(5).upper()}"
    return View(name, user, _hash(core), body, below.root if below else name, below.id if below else None)


def start_stack(core: Core, user: str, body: Json) -> View:
    """Show a modal on its own."""
    with core.world.lock:
        view = new_view(core, user, body)
        core.world.stacks[user][:] = [view]
    core.world.changed()
    return view


def push_view(core: Core, user: str, body: Json) -> View:
    """Put a modal on top of the one on screen."""
    with core.world.lock:
        stack = core.world.stacks[user]
        if len(stack) >= STACK:
            raise SlackError("push_limit_reached")
        stack.append(new_view(core, user, body, stack[-1]))
    core.world.changed()
    return stack[-1]


def redraw(core: Core, view: View, body: Json) -> View:
    """Change a view in place. Entries at unchanged addresses stay: Slack keeps them too."""
    with core.world.lock:
        view.state = entered.carried_over(view.blocks, body["blocks"], view.state)
        view.body, view.hash = body, _hash(core)
        view.errors, view.trouble = {}, None
        view.failed.clear()
    core.world.changed()
    return view


def as_payload(core: Core, view: View) -> Json:
    """A view as payloads and answers carry it."""
    world = core.world
    return {
        **view.body,
        "id": view.id,
        "team_id": world.team["id"],
        "app_id": world.app_id,
        "app_installed_team_id": world.team["id"],
        "bot_id": world.bot["id"],
        "hash": view.hash,
        "state": {"values": entered.state_values(view.blocks, view.state)},
        "root_view_id": view.root,
        "previous_view_id": view.previous,
    }


def _answer(core: Core, view: View) -> Json:
    return {"ok": True, "view": as_payload(core, view)}


def _hash(core: Core) -> str:
    return f"{int(core.clock.now())}.{secrets.token_hex(4)}"


def _same_hash(view: View, args: Json) -> None:
    if args.get("hash") and args["hash"] != view.hash:
        raise SlackError("hash_conflict")


def _find(core: Core, args: Json) -> View:
    world, external = core.world, args.get("external_id")
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
