"""Reads a call's arguments as slack_sdk sends them: JSON, or a form whose structures are JSON strings."""

import json

from sandbox.state.models import Json, SlackError, Unchecked


def required(args: Json, name: str) -> str:
    """Return the argument as a string. Raises SlackError (`invalid_arguments`) if it is missing or empty."""
    value = args.get(name)
    if value in {None, ""}:
        message = f"[ERROR] missing required field: {name}"
        raise SlackError("invalid_arguments", response_metadata={"messages": [message]})
    return str(value)


def structure(args: Json, name: str, error: str) -> Unchecked:
    """Return an argument that is JSON, or a string of JSON. Raises SlackError(`error`) if the string is not JSON."""
    value = args.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except json.JSONDecodeError as problem:
        raise SlackError(error) from problem


def truthy(value: object) -> bool:
    """Return whether a form's boolean is true: forms carry it as "true" or "1"."""
    return value in {True, "1", "true", "True"}
