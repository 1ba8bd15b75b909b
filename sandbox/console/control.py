"""What the page talks to: the state, its changes, and people acting. Same origin only."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from aiohttp import web

from sandbox.console import snapshot
from sandbox.console.page_verbs import act
from sandbox.state.kinds import Json, SlackError

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LOCAL = {"127.0.0.1", "localhost"}


class Process(Protocol):
    """The bot's process, if the sandbox runs it."""

    def state(self) -> Json:
        """`running` and `restarts`."""

    def restart(self) -> None:
        """Stop it and start it again."""

    def stop(self) -> None:
        """Stop it and leave it stopped."""


class NoProcess:
    """A bot that somebody else runs."""

    def __init__(self, workspace: "Workspace") -> None:
        self.workspace = workspace

    def state(self) -> Json:
        """It runs if it is connected."""
        return {"running": self.workspace.connections > 0, "restarts": 0}

    def restart(self) -> None:
        """Only its owner can."""

    def stop(self) -> None:
        """Only its owner can."""


class Control:
    """The routes under /sandbox/, and the page itself at /."""

    def __init__(self, workspace: "Workspace") -> None:
        self.workspace = workspace
        self.process: Process = NoProcess(workspace)

    def add_routes(self, app: web.Application) -> None:
        """Register them."""
        app.middlewares.append(same_origin)
        app.router.add_get("/sandbox/state", self.state)
        app.router.add_get("/sandbox/events", self.events)
        app.router.add_get("/sandbox/manifest", self.manifest)
        app.router.add_post("/sandbox/act", self.act)
        app.router.add_post("/sandbox/control", self.control)
        page = self.workspace.core.options.page
        if page is not None and page.is_dir():
            app.router.add_get("/", self.page)
            app.router.add_static("/", page)

    async def page(self, _: web.Request) -> web.StreamResponse:
        """GET /: never from a cache, so that a changed page is seen."""
        folder = self.workspace.core.options.page or Path()
        return web.FileResponse(folder / "index.html", headers={"Cache-Control": "no-store"})

    async def state(self, _: web.Request) -> web.Response:
        """GET /sandbox/state."""
        return web.json_response(snapshot.picture(self.workspace.core, self.process.state()))

    async def events(self, request: web.Request) -> web.StreamResponse:
        """GET /sandbox/events: a line for each change, bursts drawn together."""
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await stream.prepare(request)
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        world = self.workspace.core.world

        def wake() -> None:
            loop.call_soon_threadsafe(woken.set)

        world.listeners.add(wake)
        try:
            while True:
                woken.clear()
                await stream.write(f'data: {{"version": {world.version}}}\n\n'.encode())
                await _either(woken, seconds=15)
        except (ConnectionError, asyncio.CancelledError):
            return stream
        finally:
            world.listeners.discard(wake)

    async def manifest(self, _: web.Request) -> web.Response:
        """GET /sandbox/manifest."""
        manifest = self.workspace.core.manifest
        return web.json_response(
            {
                "name": self.workspace.core.world.bot["name"],
                "commands": manifest.commands,
                "shortcuts": manifest.shortcuts,
                "home": manifest.home,
                "messages_read_only": manifest.messages_read_only,
            }
        )

    async def act(self, request: web.Request) -> web.Response:
        """POST /sandbox/act; waits for the bot's acknowledgement, so off the loop."""
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
        """POST /sandbox/control."""
        try:
            await asyncio.to_thread(self._command, await request.json())
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            return web.json_response({"ok": False, "error": str(problem)}, status=400)
        return web.json_response({"ok": True})

    def _command(self, body: Json) -> None:
        if "down" in body:
            self.workspace.down = bool(body["down"])
        if "forward" in body:
            self.workspace.forward(float(body["forward"]))
        if body.get("reset_connections"):
            self.workspace.disconnect()
        if body.get("restart_bot"):
            self.process.restart()
        if body.get("stop_bot"):
            self.process.stop()
        if "fault" in body:
            self._break(dict(body["fault"]))
        self.workspace.core.world.changed()

    def _break(self, fault: Json) -> None:
        kind, faults = str(fault.pop("kind")), self.workspace.faults
        if kind == "deaf":
            faults.deaf = bool(fault.get("on", True))
        elif kind in {
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
    """Another site open in the same browser must not be able to look in or act."""
    if request.path.startswith(("/api/", "/response/", "/link/")):
        return await handler(request)
    if request.url.host not in LOCAL or not _own_origin(request):
        return web.json_response({"ok": False, "error": "another origin"}, status=403)
    return await handler(request)


def _own_origin(request: web.Request) -> bool:
    """A page says where it is from; a tool such as curl says nothing, and is let in."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin", f"http://{request.host}")
    return origin == f"http://{request.host}" and site in {"same-origin", "none"}


async def _either(woken: asyncio.Event, *, seconds: float) -> None:
    """Wait for a change, or long enough that a dead connection should be noticed."""
    try:
        await asyncio.wait_for(woken.wait(), seconds)
    except TimeoutError:
        return
    await asyncio.sleep(0.02)
