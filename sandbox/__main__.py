"""`python -m sandbox`: serve the simulated workspace with its web page, and run the bot as a child process."""

import argparse
import json
import os
import shlex
import signal
import sys
import threading
from pathlib import Path

from sandbox.console.bot_process import BotProcess
from sandbox.workspace import Workspace

PAGE = Path(__file__).with_name("page")


def main(arguments: list[str] | None = None) -> int:
    """Serve the workspace until SIGTERM or SIGINT. Return the exit code: 1 if the port is taken, else 0."""
    chosen = _parser().parse_args(arguments)
    over, again = threading.Event(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    workspace = Workspace(
        manifest=chosen.manifest,
        port=chosen.port,
        clock_file=chosen.clock_file,
        delivery=chosen.delivery,
        request_url=chosen.request_url,
        page=PAGE,
    )
    try:
        workspace.start()
    except OSError:
        _say(f"Port {chosen.port} is taken. Choose another with --port.")
        return 1
    if chosen.guide:
        workspace.control.guide = json.loads(chosen.guide.read_text(encoding="utf-8"))
    if chosen.again:

        def start_again() -> None:
            again.set()
            over.set()

        workspace.control.start_again = start_again
    try:
        _serve(workspace, chosen, over)
    finally:
        workspace.stop()
    if again.is_set():
        command = shlex.split(chosen.again)
        os.execv(command[0], command)  # noqa: S606 - given by whoever started this
    return 0


def _serve(workspace: Workspace, chosen: argparse.Namespace, over: threading.Event) -> None:
    child = _child(workspace, chosen) if chosen.run else None
    if child:
        workspace.control.process = child
        child.start()
    while not over.wait(0.1) and chosen.run and chosen.delivery == "socket" and not workspace.connections:
        continue
    if not over.is_set():
        _say(f"The sandbox is ready: open {workspace.url}/ (Ctrl-C stops it)")
    over.wait()
    if child:
        child.finish()


def _child(workspace: Workspace, chosen: argparse.Namespace) -> BotProcess:
    given = dict(pair.split("=", 1) for pair in chosen.env)
    slack = {
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_SIGNING_SECRET": workspace.signing_secret,
    }
    return BotProcess(chosen.run, {**slack, **given}, workspace.slack.world.changed)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A Slack workspace in a box.")
    parser.add_argument("--manifest", type=Path, help="the app's manifest.yml")
    parser.add_argument("--port", type=int, default=8090, help="port on 127.0.0.1 (0: any)")
    parser.add_argument("--clock-file", type=Path, help="file that tells the bot how far the clock was pushed")
    parser.add_argument("--delivery", choices=("socket", "http"), default="socket")
    parser.add_argument("--request-url", help="where payloads go with --delivery http")
    parser.add_argument("--run", help="the bot's command")
    parser.add_argument("--guide", type=Path, help="a JSON file of what to try, as whom: [{as, place, say, until}]")
    parser.add_argument("--again", help="the command that takes this one's place when the page asks to start again")
    parser.add_argument("--env", action="append", default=[], metavar="KEY=VALUE", help="for the bot; repeatable")
    return parser


if __name__ == "__main__":
    sys.exit(main())
