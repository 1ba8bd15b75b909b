"""Reading a call's arguments as slack_sdk sends them: JSON, or a form whose structures are JSON strings."""

import json

from sandbox.state.kinds import Json, SlackError, Unchecked


def required(args: Json, name: str) -> str:
    """A text argument that must be there."""
    value = args.get(name)
    if value in {None, ""}:
        message = f"[ERROR] missing required field: {name}"
        raise SlackError("invalid_arguments", response_metadata={"messages": [message]})
    return str(value)


def structure(args: Json, name: str, error: str) -> Unchecked:
    """A JSON argument, whether it came as JSON or as a string of it."""
    value = args.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except json.JSONDecodeError as problem:
        raise SlackError(error) from problem


def truthy(value: object) -> bool:
    """Forms carry booleans as words or digits."""
    return value in {True, "1", "true", "True"}
