"""Checks for --online that only Slack can make: whether it accepts our cards and our manifest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.check_view import CheckView
from bot.checks import card
from bot.config.organisation import Organisation
from bot.config.roster import roster_of
from bot.doctor.asking import ask, code_of
from bot.findings import Finding, State, fine, unchecked
from bot.slack.block_kit import Block
from bot.slack.manifest import SOCKET_MODE, over_http
from flows.case import Check, CheckStatus, Told
from flows.checklist import CHECKLIST
from flows.model import Level

BLOCKS, MANIFEST = "cards", "manifest"
TELL_US = "Report it to whoever gave you share-check, with this line."
MAKE_ONE = (
    "Make a configuration token on api.slack.com/apps (at the foot of the page), and give it in the environment as "
    "SLACK_CONFIG_TOKEN for this one command. It is good for 12 hours, and is kept nowhere."
)


def cards(client: WebClient, organisation: Organisation, now: datetime) -> Finding:
    """Validate the card of each question, without answers, with blocks.validate. Raises SlackAway."""
    for question in CHECKLIST.questions:
        blocks = _drawn(organisation, question.id, now)
        try:
            ask(partial(client.api_call, "blocks.validate", json={"blocks": blocks}))
        except SlackApiError as refusal:
            code = code_of(refusal)
            if code in {"unknown_method", "method_deprecated", "not_allowed_token_type"}:
                return unchecked(BLOCKS, f"Slack offers no check of cards here ({code}).", "Nothing needs to be done.")
            return Finding(BLOCKS, State.WARNING, f"Slack would not take the card of question {question.id}.", TELL_US)
    return fine(BLOCKS, f"Slack takes the cards of all {len(CHECKLIST.questions)} questions.")


def manifest(client: WebClient, token: str | None, mode: str) -> Finding:
    """Validate our manifest with apps.manifest.validate.

    token: an app configuration token (xoxe.). Raises SlackAway.
    """
    if not token:
        return unchecked(MANIFEST, "it takes a configuration token.", MAKE_ONE)
    ours = SOCKET_MODE if mode == "socket" else over_http("https://share-check.example.org")
    try:
        ask(lambda: client.apps_manifest_validate(manifest=json.dumps(ours), token=token))
    except SlackApiError as refusal:
        code = code_of(refusal)
        if code == "invalid_manifest":
            wrong = "; ".join(str(each.get("pointer")) for each in refusal.response.get("errors") or ())
            return Finding(MANIFEST, State.WARNING, f"Slack would not take it: {wrong}.", TELL_US)
        return unchecked(MANIFEST, f"Slack refused the configuration token ({code}).", MAKE_ONE)
    return fine(MANIFEST, "Slack takes it.")


def _drawn(organisation: Organisation, question: str, now: datetime) -> Sequence[Block]:
    check = Check(
        id="0" * 32,
        ref="SC-0000",
        reporter="U00000000",
        status=CheckStatus.DRAFT,
        level=Level.NONE,
        answers={},
        revision=1,
        checklist_version=CHECKLIST.version,
        started_at=now,
        touched_at=now,
        revisiting=question,
    )
    view = CheckView(
        check=check,
        case=None,
        told=Told.NOBODY,
        left_out=frozenset(),
        organisation=organisation,
        roster=roster_of(organisation),
        entries=(),
        now=now,
    )
    return card.card(view).blocks
