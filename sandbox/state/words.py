"""The words a person reads in blocks and messages."""

from collections.abc import Iterator

from sandbox.state.kinds import Json, Raw, SlackMessage, View

# Fields that hold words as a plain string, outside text objects.
SPOKEN = {"title", "caption", "alt_text", "label", "name", "description"}


def _walk(value: Raw) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _walk(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _spoken(key, each)


def _spoken(key: str, value: Raw) -> Iterator[str]:
    if key == "confirm":
        return
    if isinstance(value, str):
        if key == "text" or key in SPOKEN:
            yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if key == "value":
            yield f"{value:g}"
    else:
        yield from _walk(value)


def of_blocks(blocks: list[Json]) -> str:
    """Every word in the blocks, one text a line."""
    return "\n".join(_walk(blocks))


def of_message(message: SlackMessage) -> str:
    """What a message shows on screen: its blocks, or its text when it has none."""
    return of_blocks(message.blocks) if message.blocks else message.text


def of_view(view: View) -> str:
    """What a modal or Home tab shows, with its title, buttons and error messages."""
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
