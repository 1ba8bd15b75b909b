"""Rich text: sections, lists, quotes and preformatted text."""

from sandbox.blockkit.spot import BlockKitChecker, kind_of, listed, one_of
from sandbox.state.kinds import Json, Unchecked

HOLDERS = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
# What each leaf must carry, besides its type.
LEAVES = {
    "text": "text",
    "link": "url",
    "emoji": "name",
    "user": "user_id",
    "usergroup": "usergroup_id",
    "channel": "channel_id",
    "broadcast": "range",
    "date": "timestamp",
    "color": "value",
}
STYLES = {
    "bold",
    "italic",
    "strike",
    "code",
    "underline",
    "highlight",
    "client_highlight",
    "unlink",
}


def rich_text(spot: BlockKitChecker, value: Json) -> None:
    """A rich_text block."""
    for index, each in enumerate(listed(spot.at("elements"), value["elements"], 1, 1000)):
        _holder(spot.at("elements", index), each)


def _holder(spot: BlockKitChecker, value: Unchecked) -> None:
    kind = kind_of(value)
    if kind not in HOLDERS:
        spot.say(f"unsupported type: {kind}")
        return
    within = _holder if kind == "rich_text_list" else _leaf
    if kind == "rich_text_list":
        one_of(spot, value, "style", ["bullet", "ordered"])
    for index, each in enumerate(listed(spot.at("elements"), value.get("elements"), 1, 1000)):
        within(spot.at("elements", index), each)


def _leaf(spot: BlockKitChecker, value: Unchecked) -> None:
    kind = kind_of(value)
    if kind not in LEAVES:
        spot.say(f"unsupported type: {kind}")
    elif value.get(LEAVES[kind]) in (None, "", [], {}):
        spot.at(LEAVES[kind]).say("must be more than 0 characters")
    elif not set(value.get("style") or {}) <= STYLES:
        spot.at("style").say("unknown style")
