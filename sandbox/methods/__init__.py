"""The Web API methods that the sandbox implements; any other is refused as `unknown_method` and complained of."""

from collections.abc import Callable

from sandbox.methods import chat, directory, views
from sandbox.state.fake_slack import FakeSlack
from sandbox.state.models import Json

Method = Callable[[FakeSlack, Json], Json]

METHODS: dict[str, Method] = {**chat.METHODS, **directory.METHODS, **views.METHODS}
