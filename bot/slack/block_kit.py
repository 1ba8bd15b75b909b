"""Builders for Block Kit (docs.slack.dev/reference/block-kit). They know nothing about checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Block = dict[str, Any]
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_SECTION_LIMIT = 3000
_HEADER_LIMIT = 150
_PIECE = 2800
"""Characters of a typed text in one block: with the label above it, within what a section holds."""

_SPOKEN = 3900
_OPTION_LIMIT = 75
_MOST_BOXES = 10
_LISTS = {"checkboxes": "multi_static_select", "radio_buttons": "static_select"}
"""The element used instead if there are more options than Slack shows as boxes."""

_MANY = frozenset({"checkboxes", "multi_static_select"})


@dataclass(frozen=True, slots=True)
class Message:
    """A message. `text` is what a locked phone shows when it is posted, so it never contains content."""

    text: str
    blocks: Sequence[Block]

    @property
    def spoken(self) -> str:
        """Return the text of an edit, which makes no sound and which a screen reader speaks: all that the card shows.

        chat.update takes less than 4,000 characters.
        """
        words = "\n".join(line for block in self.blocks for line in _spoken(block)) or self.text
        return words if len(words) <= _SPOKEN else words[: _SPOKEN - 1] + "…"


def _spoken(block: Block) -> Iterator[str]:
    """Yield what a block says, then what can be pressed or ticked in it, without the signs of its layout."""
    said = [block.get("text"), *block.get("fields", ()), block.get("caption"), block.get("title")]
    controls = [*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else ())]
    if block["type"] == "context":
        said, controls = controls, []
    yield from (_without_signs(each) for each in said if each)
    buttons = [_without_signs(each["text"]) for each in controls if each.get("type") == "button"]
    if buttons:
        yield f"Buttons: {'; '.join(buttons)}."
    for each in controls:
        if options := [_without_signs(option["text"]) for option in each.get("options", ())]:
            yield f"Options: {'; '.join(options)}."


def _without_signs(text: Block | str) -> str:
    if isinstance(text, str):
        return text
    words = str(text.get("text", ""))
    return words.replace("*", "") if text.get("type") == "mrkdwn" else words


def esc(text: str) -> str:
    """Escape text from outside for mrkdwn, so that it makes no mention and no link."""
    return text.translate(_ESCAPES)


def labelled(label: str, text: str) -> Iterator[Block]:
    """Yield rich text blocks with a typed text of any length, unchanged, the first under its label.

    Rich text has no mark-up: Slack makes no link, mention or bold of characters in the text, so none is escaped.
    """
    for start in range(0, len(text), _PIECE):
        head = [_run(f"{label}\n", style={"bold": True})] if start == 0 else []
        words = {"type": "rich_text_section", "elements": [*head, _run(text[start : start + _PIECE])]}
        yield {"type": "rich_text", "elements": [words]}


def _run(text: str, **style: Block) -> Block:
    return {"type": "text", "text": text, **style}


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def section(text: str, accessory: Block | None = None, block_id: str | None = None) -> Block:
    """Build a section. Text over Slack's limit of 3,000 characters is cut and ends in "…": Slack would refuse it."""
    cut = text if len(text) <= _SECTION_LIMIT else text[: _SECTION_LIMIT - 1] + "…"
    return _filled({"type": "section", "text": mrkdwn(cut), "accessory": accessory, "block_id": block_id})


def fields(pairs: Iterable[tuple[str, str]]) -> Block:
    """Build a section of labelled values, up to ten."""
    return {"type": "section", "fields": [mrkdwn(f"*{label}*\n{value}") for label, value in pairs]}


def header(text: str) -> Block:
    """Text of at most 150 characters; longer text is cut with a mark, never refused by Slack."""
    cut = text if len(text) <= _HEADER_LIMIT else text[: _HEADER_LIMIT - 1] + "…"
    return {"type": "header", "text": plain(cut)}


def context(*texts: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(text) for text in texts]}


def divider() -> Block:
    return {"type": "divider"}


def actions(*elements: Block, block_id: str | None = None) -> Block:
    return _filled({"type": "actions", "elements": list(elements), "block_id": block_id})


def button(
    text: str,
    action_id: str,
    value: str = "-",
    *,
    style: str | None = None,
    url: str | None = None,
    confirm: Block | None = None,
) -> Block:
    return _filled(
        {
            "type": "button",
            "text": plain(text),
            "action_id": action_id,
            "value": value,
            "style": style,
            "url": url,
            "confirm": confirm,
        }
    )


def confirm(title: str, text: str, yes: str, no: str) -> Block:
    return {"title": plain(title), "text": plain(text), "confirm": plain(yes), "deny": plain(no)}


def option(text: str, value: str, description: str | None = None) -> Block:
    cut = text if len(text) <= _OPTION_LIMIT else text[: _OPTION_LIMIT - 1] + "…"
    return _filled({"text": plain(cut), "value": value, "description": plain(description) if description else None})


def choice(kind: str, action_id: str, options: Mapping[str, str], chosen: Iterable[str] = ()) -> Block:
    """Build radio buttons, checkboxes or a select. options: value to label. chosen: values selected at first.

    Radio buttons or checkboxes with more than ten options become a select menu: Slack shows no more than ten.
    """
    kind = _LISTS.get(kind, kind) if len(options) > _MOST_BOXES else kind
    made = {value: option(label, value) for value, label in options.items()}
    marked = [made[value] for value in chosen if value in made]
    initial: Block = {}
    if marked:
        initial = {"initial_options": marked} if kind in _MANY else {"initial_option": marked[0]}
    return {"type": kind, "action_id": action_id, "options": list(made.values()), **initial}


def input_(label: str, element: Block, block_id: str, *, optional: bool = False, hint: str | None = None) -> Block:
    """Build an input block.

    The action id gets the block id as a suffix: Slack wants action ids to be unique in a view.
    """
    return _filled(
        {
            "type": "input",
            "label": plain(label),
            "element": {**element, "action_id": f"{element['action_id']}.{block_id}"},
            "block_id": block_id,
            "optional": optional,
            "hint": plain(hint) if hint else None,
        }
    )


def text_input(initial: str = "", *, lines: bool = False, longest: int = 3000, action_id: str = "typed") -> Block:
    return _filled(
        {
            "type": "plain_text_input",
            "action_id": action_id,
            "multiline": lines,
            "max_length": longest,
            "initial_value": initial[:longest] or None,
        }
    )


def date_input(initial: str | None = None, action_id: str = "date") -> Block:
    return _filled({"type": "datepicker", "action_id": action_id, "initial_date": initial})


def moment_input(initial: datetime | None = None, action_id: str = "moment") -> Block:
    """Build a picker of a day and a time, in the reader's time zone."""
    seconds = int(initial.timestamp()) if initial else None
    return _filled({"type": "datetimepicker", "action_id": action_id, "initial_date_time": seconds})


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    callback_id: str = "read",
    metadata: str = "",
    submit: str | None = None,
    close: str | None = None,
) -> Block:
    """Build a modal. Without `submit` it can only be read."""
    return _filled(
        {
            "type": "modal",
            "callback_id": callback_id,
            "title": plain(title),
            "blocks": list(blocks),
            "private_metadata": metadata,
            "submit": plain(submit) if submit else None,
            "close": plain(close or ("Cancel" if submit else "Close")),
        }
    )


def home(blocks: Sequence[Block]) -> Block:
    return {"type": "home", "blocks": list(blocks)}


def at(moment: datetime) -> str:
    """Format a time of day in the reader's time zone; in UTC if Slack cannot show that."""
    return f"<!date^{int(moment.timestamp())}^{{time}}|{moment:%H:%M} UTC>"


def on(moment: datetime) -> str:
    """Format a day and time in the reader's time zone; in UTC if Slack cannot show that."""
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time}}|{moment:%d %b %H:%M} UTC>"


def when(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Format a time: of day alone where it is today in that zone, else with its weekday and date ("Mon 23 Nov 17:21").

    now: when the words are read.
    """
    if moment.astimezone(zone).date() == now.astimezone(zone).date():
        return at(moment)
    return dated(moment, zone)


def dated(moment: datetime, zone: ZoneInfo) -> str:
    """Format a time with its weekday and date, for where Slack shows no times of its own: "Mon 23 Nov 17:21"."""
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def lines(sentences: Iterable[str]) -> str:
    """Join sentences, escaped for mrkdwn, one per line."""
    return "\n".join(esc(sentence) for sentence in sentences)


def _filled(block: Block) -> Block:
    return {key: value for key, value in block.items() if value is not None}
