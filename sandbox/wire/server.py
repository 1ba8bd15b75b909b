"""The sandbox's web server, in its own thread."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from aiohttp import web

from sandbox.state.fake_slack import FakeSlack
from sandbox.wire.api import Api
from sandbox.wire.envelopes import RetryingDelivery
from sandbox.wire.http_delivery import HttpDelivery
from sandbox.wire.sockets import Sockets

Got = TypeVar("Got")


class Server:
    """Runs the event loop for all traffic with the bot. Listens on 127.0.0.1 only."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.sockets = Sockets(slack)
        self.delivery = RetryingDelivery(
            self.sockets if slack.options.delivery == "socket" else HttpDelivery(slack),
            slack.options.retry_seconds,
        )
        self.app = web.Application(client_max_size=4 * 1024**2)
        self.api = Api(slack)
        self.app.router.add_post("/api/{method}", self.api.call)
        self.app.router.add_post("/response/{token}", self.api.respond)
        self.app.router.add_get("/link/", self.sockets.link)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run_loop, name="sandbox", daemon=True)
        self._runner: web.AppRunner | None = None

    def start(self) -> None:
        """Listen; return once connections are accepted. Raises OSError if the port is taken."""
        self._thread.start()
        try:
            self.run(self._listen())
        except OSError:
            self.stop()
            raise

    def stop(self) -> None:
        """Close all connections and end the thread."""
        if self._thread.is_alive():
            self.run(self._disconnect_all())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, Got]) -> Got:
        """Run a coroutine on the server's loop and return its result."""
        return self.schedule(work).result()

    def schedule(self, work: Coroutine[Any, Any, Got]) -> Future[Got]:
        """Start a coroutine on the server's loop without waiting for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _listen(self) -> None:
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=0.1, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.slack.options.port)
        await site.start()
        port = self._runner.addresses[0][1]
        self.slack.url = f"http://127.0.0.1:{port}"

    async def _disconnect_all(self) -> None:
        self.api.closing.set()
        await self.delivery.close()
        await self.sockets.drop()
        if self._runner is not None:
            await self._runner.cleanup()
