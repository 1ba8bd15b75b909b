"""Checks for --online that only Slack can make: whether it accepts our cards and our manifest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.check_view import CheckView
from bot.checks import card
from bot.config.organisation import Organisation
from bot.config.roster import roster_of
from bot.digest import leads_message
from bot.digest.leads_message import LeadsDigest
from bot.doctor.asking import ask, code_of
from bot.findings import Finding, State, fine, unchecked
from bot.slack.block_kit import Block
from bot.slack.manifest import SOCKET_MODE, over_http
from flows.case import Check, CheckStatus, Told
from flows.checklist import CHECKLIST
from flows.model import Level
from flows.reports.figures import Trend, Week, WeekFigures

BLOCKS, MANIFEST = "cards", "manifest"
WRONG = frozenset({"invalid_blocks", "invalid_blocks_format"})
TELL_US = "Report it to whoever gave you share-check, with this line."
MAKE_ONE = (
    "Make a configuration token on api.slack.com/apps (at the foot of the page), and give it in the environment as "
    "SLACK_CONFIG_TOKEN for this one command. It is good for 12 hours, and is kept nowhere."
)


def cards(client: WebClient, organisation: Organisation, now: datetime) -> Finding:
    """Validate the card of each question, without answers, and the digest, with blocks.validate. Raises SlackAway."""
    for name, blocks in _messages(organisation, now):
        try:
            ask(partial(client.api_call, "blocks.validate", json={"blocks": blocks}))
        except SlackApiError as refusal:
            code = code_of(refusal)
            if code not in WRONG:
                return unchecked(BLOCKS, f"Slack offers no check of cards here ({code}).", "Nothing needs to be done.")
            return Finding(BLOCKS, State.WARNING, f"Slack would not take {name}.", TELL_US)
    return fine(BLOCKS, f"Slack takes the cards of all {len(CHECKLIST.questions)} questions, and the weekly digest.")


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
        return unchecked(MANIFEST, f"Slack does not take the configuration token: it says {code}.", MAKE_ONE)
    return fine(MANIFEST, "Slack takes it.")


def _messages(organisation: Organisation, now: datetime) -> Iterator[tuple[str, Sequence[Block]]]:
    """Yield what is shown most, and what has the newest kinds of block, each with its name."""
    for question in CHECKLIST.questions:
        yield f"the card of question {question.id}", _drawn(organisation, question.id, now)
    week = Week.of(now.date())
    figures = WeekFigures(started=2, finished=1)
    trend = Trend.up_to(week, {week.before: figures, week: figures})
    yield "the weekly digest", leads_message.leads(LeadsDigest(week, figures, trend, gaps=(), head="0" * 64)).blocks


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
