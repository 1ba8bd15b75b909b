"""The web server, in a thread of its own."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from aiohttp import web

from sandbox.state.core import Core
from sandbox.wire.api import Api
from sandbox.wire.envelopes import Courier
from sandbox.wire.http_delivery import HttpDelivery
from sandbox.wire.sockets import Sockets

Got = TypeVar("Got")


class Server:
    """Runs the loop on which everything that talks to the bot happens. Binds 127.0.0.1 only."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.sockets = Sockets(core)
        self.courier = Courier(
            self.sockets if core.options.delivery == "socket" else HttpDelivery(core),
            core.options.retry_seconds,
        )
        self.app = web.Application(client_max_size=4 * 1024**2)
        self.api = Api(core)
        self.app.router.add_post("/api/{method}", self.api.call)
        self.app.router.add_post("/response/{token}", self.api.respond)
        self.app.router.add_get("/link/", self.sockets.link)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._turn, name="sandbox", daemon=True)
        self._runner: web.AppRunner | None = None

    def start(self) -> None:
        """Listen; returns once connections are accepted. OSError if the port is taken."""
        self._thread.start()
        try:
            self.run(self._listen())
        except OSError:
            self.stop()
            raise

    def stop(self) -> None:
        """Cut everything off and end the thread."""
        if self._thread.is_alive():
            self.run(self._silence())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, Got]) -> Got:
        """Do something on the loop and wait for it."""
        return self.begin(work).result()

    def begin(self, work: Coroutine[Any, Any, Got]) -> Future[Got]:
        """Do something on the loop without waiting."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _turn(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _listen(self) -> None:
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=0.1, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.core.options.port)
        await site.start()
        port = self._runner.addresses[0][1]
        self.core.url = f"http://127.0.0.1:{port}"

    async def _silence(self) -> None:
        self.api.closing.set()
        await self.courier.close()
        await self.sockets.drop()
        if self._runner is not None:
            await self._runner.cleanup()
