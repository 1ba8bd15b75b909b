"""HTTP routes for the web page: the state, its changes, people's actions and faults. Same origin only."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from aiohttp import web

from sandbox.console import snapshot
from sandbox.console.page_verbs import act
from sandbox.state.models import Json, SlackError

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LOCAL = {"127.0.0.1", "localhost"}


class Process(Protocol):
    """The bot's process, where the sandbox runs it."""

    def state(self) -> Json:
        """Return `running` and `restarts`."""

    def restart(self) -> None:
        """Stop the process and start it again."""

    def stop(self) -> None:
        """Stop the process until `restart`."""


class ExternalBot:
    """A bot that the sandbox did not start, and so cannot stop."""

    def __init__(self, workspace: "Workspace") -> None:
        self.workspace = workspace

    def state(self) -> Json:
        """Return `running` (true if the bot has a socket open) and `restarts`."""
        return {"running": self.workspace.connections > 0, "restarts": 0}

    def restart(self) -> None:
        """Do nothing: only whoever started the bot can restart it."""

    def stop(self) -> None:
        """Do nothing: only whoever started the bot can stop it."""


class Control:
    """The routes under /sandbox/, and the page itself at /."""

    def __init__(self, workspace: "Workspace") -> None:
        self.workspace = workspace
        self.process: Process = ExternalBot(workspace)
        self.guide: list[Json] = []
        self.start_again: Callable[[], None] | None = None
        self._started = time.time_ns()

    def add_routes(self, app: web.Application) -> None:
        app.middlewares.append(same_origin)
        app.router.add_get("/sandbox/state", self.state)
        app.router.add_get("/sandbox/events", self.events)
        app.router.add_get("/sandbox/manifest", self.manifest)
        app.router.add_get("/sandbox/guide", self.steps)
        app.router.add_post("/sandbox/act", self.act)
        app.router.add_post("/sandbox/control", self.control)
        page = self.workspace.slack.options.page
        if page is not None and page.is_dir():
            app.router.add_get("/", self.page)
            app.router.add_static("/", page)

    async def page(self, _: web.Request) -> web.StreamResponse:
        """Serve GET /, uncached so that an edited page is seen at once."""
        folder = self.workspace.slack.options.page or Path()
        return web.FileResponse(folder / "index.html", headers={"Cache-Control": "no-store"})

    async def state(self, _: web.Request) -> web.Response:
        """Serve GET /sandbox/state."""
        shown = snapshot.of_workspace(self.workspace.slack, self.process.state())
        itself = {"started": self._started, "starts_again": self.start_again is not None}
        return web.json_response({**shown, **itself})

    async def steps(self, _: web.Request) -> web.Response:
        """Serve GET /sandbox/guide: what to try, as whom, one after the other."""
        return web.json_response(self.guide)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Serve GET /sandbox/events: a Server-Sent Event for each change; changes within 20 ms share one."""
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await stream.prepare(request)
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        world = self.workspace.slack.world

        def wake() -> None:
            loop.call_soon_threadsafe(woken.set)

        world.listeners.add(wake)
        try:
            while True:
                woken.clear()
                await stream.write(f'data: {{"version": {world.version}}}\n\n'.encode())
                await _wait_for_change(woken, seconds=15)
        except (ConnectionError, asyncio.CancelledError):
            return stream
        finally:
            world.listeners.discard(wake)

    async def manifest(self, _: web.Request) -> web.Response:
        """Serve GET /sandbox/manifest."""
        manifest = self.workspace.slack.manifest
        return web.json_response(
            {
                "name": self.workspace.slack.world.bot["name"],
                "commands": manifest.commands,
                "shortcuts": manifest.shortcuts,
                "home": manifest.home,
                "messages_read_only": manifest.messages_read_only,
            }
        )

    async def act(self, request: web.Request) -> web.Response:
        """Serve POST /sandbox/act, in a thread because it waits for the bot's acknowledgement."""
        try:
            body = await request.json()
            acted = await asyncio.to_thread(act, self.workspace, body)
        except (
            KeyError,
            LookupError,
            TypeError,
            ValueError,
            AssertionError,
            SlackError,
        ) as problem:
            return web.json_response({"ok": False, "error": str(problem)}, status=400)
        return web.json_response({"ok": True, "acked": acted.acked, "error": acted.error})

    async def control(self, request: web.Request) -> web.Response:
        """Serve POST /sandbox/control."""
        try:
            await asyncio.to_thread(self._apply, await request.json())
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            return web.json_response({"ok": False, "error": str(problem)}, status=400)
        return web.json_response({"ok": True})

    def _apply(self, body: Json) -> None:
        if "down" in body:
            self.workspace.down = bool(body["down"])
        if "forward" in body:
            self.workspace.forward(float(body["forward"]))
        if body.get("reset_connections"):
            self.workspace.disconnect(body.get("reason", "refresh_requested"))
        if body.get("restart_bot"):
            self.process.restart()
        if body.get("stop_bot"):
            self.process.stop()
        if body.get("start_again") and self.start_again is not None:
            self.start_again()
        if "fault" in body:
            self._inject_fault(dict(body["fault"]))
        self.workspace.slack.world.changed()

    def _inject_fault(self, fault: Json) -> None:
        kind, faults = str(fault.pop("kind")), self.workspace.faults
        if kind == "deaf":
            faults.deaf = bool(fault.get("on", True))
        elif kind == "split":
            faults.split = int(fault.get("bytes", 512)) or None
        elif kind in {
            "html",
            "ratelimit",
            "server_error",
            "lose_answer",
            "never_arrive",
            "refuse",
            "slow",
            "no_charts",
            "clear",
        }:
            getattr(faults, kind)(**fault)
        else:
            raise ValueError(f"no fault called {kind}")


@web.middleware
async def same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse other origins (403): another site open in the same browser must not read or act here."""
    if request.path.startswith(("/api/", "/response/", "/link/")):
        return await handler(request)
    if request.url.host not in LOCAL or not _own_origin(request):
        return web.json_response({"ok": False, "error": "another origin"}, status=403)
    return await handler(request)


def _own_origin(request: web.Request) -> bool:
    """Return whether the browser says the request comes from this page; a request without these headers (curl) may."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin", f"http://{request.host}")
    return origin == f"http://{request.host}" and site in {"same-origin", "none"}


async def _wait_for_change(woken: asyncio.Event, *, seconds: float) -> None:
    """Wait for a change, or `seconds`, so that a dead connection is noticed."""
    try:
        await asyncio.wait_for(woken.wait(), seconds)
    except TimeoutError:
        return
    await asyncio.sleep(0.02)
