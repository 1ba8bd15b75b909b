"""The text a person reads in blocks, messages and views."""

from collections.abc import Iterator

from sandbox.state.models import Json, Raw, SlackMessage, View

# Properties whose visible text is a plain string, not a text object.
TEXT_KEYS = {"title", "caption", "alt_text", "label", "name", "description"}


def _walk(value: Raw) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _walk(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key != "value" or value.get("type") != "raw_number":  # Slack shows the number's text alone.
                yield from _texts(key, each)


def _texts(key: str, value: Raw) -> Iterator[str]:
    if key == "confirm":
        return
    if isinstance(value, str):
        if key == "text" or key in TEXT_KEYS:
            yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if key == "value":
            yield f"{value:g}"
    else:
        yield from _walk(value)


def of_blocks(blocks: list[Json]) -> str:
    """Return all text in the blocks, one text object a line."""
    return "\n".join(_walk(blocks))


def of_message(message: SlackMessage) -> str:
    """Return what a message shows on screen: its blocks, or its text if it has none."""
    return of_blocks(message.blocks) if message.blocks else message.text


def of_view(view: View) -> str:
    """Return what a modal or Home tab shows, including title, buttons, entered text and error messages."""
    frame = [str((view.body.get(part) or {}).get("text", "")) for part in ("title", "submit", "close")]
    entered = [str(value) for value in view.state.values() if isinstance(value, str)]
    lines = [
        frame[0],
        of_blocks(view.blocks),
        *entered,
        *view.errors.values(),
        view.trouble or "",
        *frame[1:],
    ]
    return "\n".join(line for line in lines if line)
