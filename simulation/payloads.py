"""The buttons of a message or modal, and the payloads that Slack sends when they are pressed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from flows.case import StrandStatus
from flows.model import PEOPLE

Json = dict[str, Any]
TYPED_MARK = "quillfeather"
"""Stands in everything anybody types: it must be in no message."""

_TEAM = {"id": "T0SIM"}
_BLANK = 0.05
_LEFT_EMPTY = 0.6
_KEPT = 0.6


@dataclass(frozen=True, slots=True)
class Button:
    """A button as shown. boxes: checkboxes beside it, by block id. where: the payload's part that says where it is."""

    action: str
    value: str
    label: str
    block: str
    where: Json = field(hash=False, compare=False)
    boxes: tuple[tuple[str, Json], ...] = field(default=(), hash=False, compare=False)

    @property
    def verb(self) -> str:
        """Return the first part of the action id."""
        return self.action.partition(".")[0]

    @property
    def choice(self) -> str:
        """Return the part after the dot, as in "answer.yes"; empty where there is none."""
        return self.action.partition(".")[2]

    @property
    def check(self) -> str:
        """Return the id of the check it is about."""
        return self.value.partition(":")[0]

    @property
    def question(self) -> str:
        """Return the id of the question it answers; empty where it answers none."""
        return self.value.partition(":")[2].partition(":")[0]


def buttons(blocks: list[Json], where: Json) -> Iterator[Button]:
    """Yield every button of a message or modal."""
    boxes = tuple(_boxes(blocks))
    for block in blocks:
        for element in [*block.get("elements", []), block.get("accessory") or {}]:
            if element.get("type") == "button" and not element.get("url"):
                label = element["text"]["text"]
                yield Button(element["action_id"], element["value"], label, block.get("block_id", "b"), where, boxes)


def _boxes(blocks: list[Json]) -> Iterator[tuple[str, Json]]:
    for block in blocks:
        if block["type"] == "actions":
            for element in block["elements"]:
                if element["type"] in ("checkboxes", "multi_static_select"):
                    yield block["block_id"], element


def press(who: str, button: Button, ticked: tuple[str, ...], number: int) -> Json:
    """Return block_actions. number: unique to a press, and the same when Slack sends the press again."""
    values = {
        block: {box["action_id"]: {"type": box["type"], "selected_options": [{"value": one} for one in ticked]}}
        for block, box in button.boxes
    }
    action = {
        "type": "button",
        "action_id": button.action,
        "block_id": button.block,
        "value": button.value,
        "action_ts": f"{number}.1",
    }
    return {
        "type": "block_actions",
        "user": {"id": who, "team_id": _TEAM["id"]},
        "team": _TEAM,
        "api_app_id": "A0SIM",
        "trigger_id": f"{who}.{number}",
        "state": {"values": values},
        "actions": [action],
        **button.where,
    }


def command(who: str, number: int) -> Json:
    """Return the payload of /share-check."""
    return {
        "command": "/share-check",
        "text": "",
        "user_id": who,
        "team_id": _TEAM["id"],
        "api_app_id": "A0SIM",
        "trigger_id": f"{who}.{number}",
        "response_url": reply_to(who),
    }


def sent(who: str, view: Json, values: Mapping[str, Json], root: str, number: int) -> Json:
    """Return view_submission, of a modal that was filled in."""
    return {
        "type": "view_submission",
        "user": {"id": who, "team_id": _TEAM["id"]},
        "team": _TEAM,
        "api_app_id": "A0SIM",
        "trigger_id": f"{who}.{number}",
        "view": {**view, "root_view_id": root, "hash": "h", "state": {"values": dict(values)}},
    }


def home_opened(who: str) -> Json:
    """Return app_home_opened, in the Events API's envelope."""
    return {
        "type": "event_callback",
        "team_id": _TEAM["id"],
        "api_app_id": "A0SIM",
        "event": {"type": "app_home_opened", "user": who, "channel": f"D{who[1:]}", "tab": "home"},
    }


def in_message(who: str, channel: str, ts: str) -> Json:
    """Return the payload's part that says in which message a button was pressed."""
    container = {"type": "message", "message_ts": ts}
    return {"channel": {"id": channel}, "response_url": f"{reply_to(who)}/{channel}/{ts}", "container": container}


def in_window(view: Json, root: str) -> Json:
    """Return the payload's part that says in which modal a button was pressed."""
    return {"view": {**view, "root_view_id": root, "hash": "h", "state": {"values": {}}}}


def reply_to(who: str) -> str:
    """Return the response_url of this person."""
    return f"https://hooks.slack.com/actions/{who}"


def fill(view: Json, chance: Random) -> dict[str, Json]:
    """Fill in a modal: any of the options, and free text that must stay private."""
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    values = {block["block_id"]: {block["element"]["action_id"]: _given(block, chance)} for block in inputs}
    _agree_with_itself(values)
    return values


def _given(block: Json, chance: Random) -> Json:
    element, kind = block["element"], block["element"]["type"]
    match kind:
        case "plain_text_input":
            return {"type": kind, "value": _typed(element, chance, optional=bool(block.get("optional")))}
        case "checkboxes" | "multi_static_select":
            return {"type": kind, "selected_options": some(element["options"], chance)}
        case "datepicker":
            return {"type": kind, "selected_date": chance.choice((None, element.get("initial_date"), "2027-10-29"))}
        case "datetimepicker":
            return {"type": kind, "selected_date_time": element.get("initial_date_time")}
        case _:
            return {"type": kind, "selected_option": _chosen(element, chance)}


def _typed(element: Json, chance: Random, *, optional: bool) -> str | None:
    before = element.get("initial_value")
    if before and chance.random() < _KEPT:
        return str(before)
    if optional and chance.random() < _LEFT_EMPTY:
        return None
    return "   " if chance.random() < _BLANK else f"{TYPED_MARK} says {chance.randrange(1000)}"


def _chosen(element: Json, chance: Random) -> Json:
    """Choose an option; parts of a plan are mostly done, so that some cases come to an end."""
    options: list[Json] = element["options"]
    done = [option for option in options if option["value"] == StrandStatus.DONE]
    if done and chance.random() < _KEPT:
        return done[0]
    return chance.choice(options)


def some(options: list[Json], chance: Random) -> list[Json]:
    """Choose at least one of these."""
    return chance.sample(options, min(len(options), chance.choice((1, 1, 2, 3))))


def _agree_with_itself(values: dict[str, Json]) -> None:
    """Untick people where No is chosen beside them."""
    chosen = values.get("option", {})
    people = values.get("people", {})
    for choice in chosen.values():
        if people and (choice.get("selected_option") or {}).get("value") != PEOPLE:
            for boxes in people.values():
                boxes["selected_options"] = []


def chosen_in(values: Mapping[str, Json], block: str) -> tuple[str, ...]:
    """Return the values chosen in one block of a modal."""
    for element in values.get(block, {}).values():
        if many := element.get("selected_options"):
            return tuple(option["value"] for option in many)
        if one := element.get("selected_option"):
            return (one["value"],)
    return ()
