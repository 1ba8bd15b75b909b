"""Checks that Slack accepts both tokens, and what they may do. The settings have checked their prefixes before."""

from __future__ import annotations

import re
from dataclasses import dataclass

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.doctor.asking import ask, code_of
from bot.findings import Condition, Finding, State, fine
from bot.slack.manifest import SCOPES
from bot.slack.socket_mode import SlackAway

BOT_TOKEN, APP_TOKEN, SCOPES_NAME = "bot token", "app token", "scopes"
OF_APP = re.compile(r"xapp-\d+-(A[A-Z0-9]+)-")
ESSENTIAL = frozenset({"commands", "chat:write"})
"""Without these scopes nobody can start a check, and no page is sent."""

COPY_IT = (
    "Copy it again: Slack's page of your app, OAuth & Permissions, Bot User OAuth Token. "
    "Write it into .env as SLACK_BOT_TOKEN (share-check init --change tokens asks for it)."
)
MAKE_ONE = (
    "Make one with connections:write: Slack's page of your app, Basic Information, App-Level Tokens. "
    "Write it into .env as SLACK_APP_TOKEN (share-check init --change tokens asks for it)."
)
REINSTALL = (
    "Open Slack's page of your app, App Manifest, paste manifest.yml and save. Then open Install App and press "
    "Reinstall to Workspace. The token stays the same."
)
SAYS = {
    "invalid_auth": "Slack does not know the token. Copy it again from the app's settings in Slack.",
    "not_authed": "Slack got no token.",
    "account_inactive": "The app was removed from the workspace. Install it again.",
    "token_revoked": "The token was revoked. Install the app again and copy the new token.",
    "token_expired": "The token has expired. Turn token rotation off for the app, and install it again.",
    "missing_scope": "The app lacks a permission. Press Reinstall to Workspace in the app's settings.",
    "not_allowed_token_type": "This is a token of another kind.",
}


@dataclass(frozen=True, slots=True)
class TokensKnown:
    """The bot's identity according to auth.test.

    team: the workspace's id. user: our member ID. bot: the ID of the app's bot. scopes: what was granted; None if Slack
    does not say. date: Slack's time, as in HTTP's Date header.
    """

    team: str
    user: str
    bot: str
    scopes: frozenset[str] | None
    date: str | None


def slack_says(refusal: SlackApiError) -> str:
    """Return Slack's refusal in words a beginner can act on."""
    return SAYS.get(code_of(refusal), f"Slack refused: {code_of(refusal)}.")


def bot_token(client: WebClient) -> tuple[Finding, TokensKnown | None]:
    """Check the bot token with auth.test. Raises SlackAway."""
    try:
        answer = ask(client.auth_test)
    except SlackApiError as refusal:
        condition = Condition.TOKEN_REFUSED
        return Finding(BOT_TOKEN, State.FATAL, slack_says(refusal), COPY_IT, condition=condition), None
    return fine(BOT_TOKEN, "Slack knows it."), _known(answer)


def app_token(client: WebClient, token: str) -> tuple[Finding, str | None]:
    """Check the app token with apps.connections.open.

    Return also the unused WebSocket URL; None if refused. Raises SlackAway.
    """
    try:
        answer = ask(lambda: client.apps_connections_open(app_token=token))
    except SlackApiError as refusal:
        words = "it lacks connections:write." if code_of(refusal) == "missing_scope" else slack_says(refusal)
        return Finding(APP_TOKEN, State.FATAL, words, MAKE_ONE), None
    return fine(APP_TOKEN, "Slack knows it, and gives a connection for it."), str(answer["url"])


def one_app(client: WebClient, known: TokensKnown, token: str) -> tuple[Finding, ...]:
    """Check that both tokens belong to one app: an app token contains its app's ID, bots.info returns the bot's.

    Returns no finding if they do, or if Slack does not say.
    """
    found = OF_APP.match(token)
    if found is None:
        return ()
    try:
        ours = str(ask(lambda: client.bots_info(bot=known.bot))["bot"].get("app_id") or "")
    except (SlackAway, SlackApiError):
        return ()
    if ours in ("", found[1]):
        return ()
    words = "it is of another app than the bot token, so no press would arrive."
    return (Finding(APP_TOKEN, State.FATAL, words, f"Look at which of your apps each is from. {MAKE_ONE}"),)


def scopes(known: TokensKnown) -> Finding:
    """Compare the granted scopes with the manifest. An app made before the manifest grew keeps its old scopes."""
    if known.scopes is None:
        return Finding(
            SCOPES_NAME, State.UNCHECKED, "could not be checked: Slack did not say which were granted.", REINSTALL
        )
    missing = [scope for scope in SCOPES if scope.name not in known.scopes]
    spare = sorted(known.scopes - {scope.name for scope in SCOPES})
    if missing:
        state = State.FATAL if ESSENTIAL & {scope.name for scope in missing} else State.WARNING
        lacking = " ".join(f"{scope.name} is missing. It is for this: {scope.why}" for scope in missing)
        condition = Condition.SCOPE_MISSING if state is State.FATAL else None
        return Finding(SCOPES_NAME, state, lacking, REINSTALL, condition=condition)
    if spare:
        words = f"the app may do more than it needs: {', '.join(spare)}."
        return Finding(SCOPES_NAME, State.WARNING, words, REINSTALL)
    return fine(SCOPES_NAME, "what the manifest asks for was granted, and nothing else.")


def _known(answer: SlackResponse) -> TokensKnown:
    headers = {str(name).lower(): str(value) for name, value in answer.headers.items()}
    granted = headers.get("x-oauth-scopes")
    names = None if granted is None else frozenset(name.strip() for name in granted.split(",") if name.strip())
    return TokensKnown(
        str(answer.get("team_id") or ""),
        str(answer.get("user_id") or ""),
        str(answer.get("bot_id") or ""),
        names,
        headers.get("date"),
    )
