"""The Web API methods the sandbox answers; any other is a loud error."""

from collections.abc import Callable

from sandbox.methods import chat, directory, views
from sandbox.state.core import Core
from sandbox.state.kinds import Json

Method = Callable[[Core, Json], Json]

METHODS: dict[str, Method] = {**chat.METHODS, **directory.METHODS, **views.METHODS}
