"""The Web API methods the sandbox answers; any other is a loud error."""

from collections.abc import Callable

from sandbox.core import Core
from sandbox.kinds import Json
from sandbox.methods import chat, directory, views

Method = Callable[[Core, Json], Json]

METHODS: dict[str, Method] = {**chat.METHODS, **directory.METHODS, **views.METHODS}
