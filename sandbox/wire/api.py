"""The HTTP endpoint that the bot calls: checks tokens and scopes, injects faults, records every call."""

import asyncio
import json
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

from aiohttp import web

from sandbox.methods import METHODS
from sandbox.methods.response_url_posts import post
from sandbox.state.fake_slack import FakeSlack
from sandbox.state.faults import Fault
from sandbox.state.models import ApiRequest, Json, SlackError

RULES: Json = json.loads(Path(__file__).with_name("methods.json").read_text(encoding="utf-8"))

CONFIG_TOKEN = "xoxe.xoxp-sandbox"  # noqa: S105 - opens nothing but the sandbox
"""A configuration token, for the methods that manage app manifests."""

HTML = "<!DOCTYPE html><html><head><title>Something went wrong</title></head><body>Try again.</body></html>"

CHARTS = {"data_visualization", "data_table"}

# Errors that only a mistake in the bot causes; each is a complaint.
BOT_MISTAKES = {
    "cant_delete_message",
    "cant_update_message",
    "duplicate_external_id",
    "exchanged_trigger_id",
    "invalid_arguments",
    "invalid_auth",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_trigger_id",
    "missing_scope",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
    "not_allowed_token_type",
    "not_authed",
    "not_enabled",
    "push_limit_reached",
    "unknown_method",
    "view_too_large",
}


ApiResponse = tuple[int, dict[str, str], Json]


class Api:
    """Serves `/api/{method}` and response_urls."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.closing = asyncio.Event()

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer one Web API call."""
        method = request.match_info["method"]
        token, args = await _token_and_arguments(request)
        return await self._with_faults(request, method, args, lambda: self._perform(method, token, args))

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Answer one post to a response_url."""
        args = _json_object(await request.text())
        token = request.match_info["token"]
        return await self._with_faults(request, "response_url", args, lambda: post(self.slack, token, args))

    async def _with_faults(
        self, request: web.Request, method: str, args: Json, work: Callable[[], Json]
    ) -> web.StreamResponse:
        faults = self.slack.faults.take(method)
        kinds = {fault.kind for fault in faults}
        await asyncio.sleep(sum(fault.seconds for fault in faults))
        if self.slack.down or "refuse" in kinds:
            return _abort(request)
        if "never_arrive" in kinds:
            return await self._hang(request)
        page = next((fault for fault in faults if fault.kind == "html"), None)
        if page is not None:
            self._record(method, args, {"ok": False, "error": f"HTML, {page.status}"})
            return web.Response(text=HTML, content_type="text/html", status=page.status)
        status, headers, body = _fault_response(faults, args) or self._response(method, work)
        self._record(method, args, body)
        if "lose_answer" in kinds:
            return await self._hang(request)
        headers = {"x-oauth-scopes": ",".join(self.slack.manifest.scopes), "Date": self._date(), **headers}
        return web.json_response(body, status=status, headers=headers)

    def _response(self, method: str, work: Callable[[], Json]) -> ApiResponse:
        try:
            with self.slack.world.lock:
                return 200, {}, work()
        except SlackError as refusal:
            if refusal.body["error"] in BOT_MISTAKES:
                self.slack.world.complain(f"{method}: {_described(refusal.body)}")
            return refusal.status, refusal.headers, refusal.body

    def _perform(self, method: str, token: str, args: Json) -> Json:
        if method not in METHODS:
            raise SlackError("unknown_method", req_method=method)
        rule = RULES[method]
        self._check_token(token, rule["caller"])
        provided = self.slack.manifest.scopes if rule["caller"] == "bot" else self.slack.app_scopes
        missing = [scope for scope in rule["scopes"] if scope not in provided]
        if missing:
            raise SlackError("missing_scope", needed=missing[0], provided=",".join(provided))
        self.slack.rates.count(method, rule.get("tier"))
        return METHODS[method](self.slack, args)

    def _date(self) -> str:
        """Return the workspace's time as an HTTP date."""
        return formatdate(self.slack.clock.now(), usegmt=True)

    def _check_token(self, token: str, kind: str) -> None:
        options = self.slack.options
        tokens = {"bot": options.bot_token, "app": options.app_token, "config": CONFIG_TOKEN}
        if not token:
            raise SlackError("not_authed")
        if token not in tokens.values():
            raise SlackError("invalid_auth")
        if token != tokens[kind]:
            raise SlackError("not_allowed_token_type")

    def _record(self, method: str, args: Json, body: Json) -> None:
        with self.slack.world.lock:
            self.slack.world.requests.append(ApiRequest(method, _decoded(args), body, self.slack.clock.now()))
        self.slack.world.changed()

    async def _hang(self, request: web.Request) -> web.StreamResponse:
        """Send nothing until the caller gives up or the workspace stops."""
        while request.transport is not None and not request.transport.is_closing():
            try:
                await asyncio.wait_for(self.closing.wait(), 0.05)
            except TimeoutError:
                continue
            break
        return _abort(request)


def _abort(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=503)


def _fault_response(faults: list[Fault], args: Json) -> ApiResponse | None:
    for fault in faults:
        if fault.kind == "no_charts" and _has_charts(args):
            return 200, {}, {"ok": False, "error": "invalid_blocks"}
        if fault.kind == "ratelimit":
            return (
                429,
                {"Retry-After": str(fault.retry_after)},
                {"ok": False, "error": "ratelimited"},
            )
        if fault.kind == "server_error":
            return fault.status, {}, {"ok": False, "error": "internal_error"}
        if fault.kind == "error":
            return 200, {}, {"ok": False, "error": fault.error}
    return None


def _has_charts(args: Json) -> bool:
    blocks = args.get("blocks")
    given = json.loads(blocks) if isinstance(blocks, str) else blocks or []
    return any(isinstance(each, dict) and each.get("type") in CHARTS for each in given)


def _described(body: Json) -> str:
    details = body.get("response_metadata", {}).get("messages", [])
    more = [body[key] for key in ("needed", "req_method") if key in body]
    return " ".join([body["error"], *more, *details])


def _json_object(text: str) -> Json:
    """Return the body's JSON object, or an empty one: slack_sdk announces JSON even when the body is empty."""
    try:
        body = json.loads(text or "{}")
    except json.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


async def _token_and_arguments(request: web.Request) -> tuple[str, Json]:
    """Return the token (the header's before the argument's, as in Slack) and the arguments."""
    if request.content_type == "application/json":
        args = _json_object(await request.text())
    else:
        args = {**request.query, **dict(await request.post())}
    token = str(args.pop("token", ""))
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Bearer ").strip() or token, args


def _decoded(args: Json) -> Json:
    """Return the arguments with `blocks` and `view` parsed, for the record."""
    return {name: _parsed(value) if name in {"blocks", "view"} else value for name, value in args.items()}


def _parsed(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value
