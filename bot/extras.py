"""What is installed only where it is wanted, and how to add it: from the file that share-check was installed from.

share-check is on no package index. A message that named it as one would let whoever takes that name run code here.
"""

from __future__ import annotations

from importlib.metadata import version
from importlib.util import find_spec

LIBRARIES = {
    "postgres": "psycopg",
    "http": "waitress",
    "metrics": "prometheus_client",
    "push": "apprise",
    "sandbox": "aiohttp",
}
"""One module that each extra of pyproject.toml brings."""


def is_there(extra: str) -> bool:
    return find_spec(LIBRARIES[extra]) is not None


def how_to_add(extra: str) -> str:
    """Return the sentence that says how to add an extra to this installation."""
    wheel = f"share_check-{version('share-check')}-py3-none-any.whl"
    return (
        f'Add it from the file that share-check was installed from: pip install "./{wheel}[{extra}]". '
        "In a folder with a Makefile: make setup."
    )
