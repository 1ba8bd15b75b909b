"""The reporter, a lead or both leads leave at every step of a case: somebody who can answer is asked (I30, I32).

Judged by what Slack took, as a person in it reads it, and by nothing that the bot keeps.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot.app import renderers
from bot.cases.schedule import OpenCases
from bot.checks.card import TEXT
from bot.clock import Clock
from bot.context import Services
from bot.delivery.sender import Deliverer
from flows.case import CaseStatus, Did
from flows.events import EventKind
from flows.paging.recipients import People
from simulation.process import InlineExecutor
from storage import cover
from tests.bot.builders import ORGANISATION
from tests.databases import sqlite_database
from tests.flows.builders import calm_but, stopped_after
from tests.storage.builders import LEAD_ONE, LEAD_TWO, REPORTER, SAID, Office

CHANNEL = "C0LEADS"
HARM = stopped_after("S4", calm_but(S4="yes"))
AFTER = {"3.4.1": ("yes_told",), "3.4.2": ("yes",)}
NAMES = {person.slack: person.name for person in ORGANISATION.everyone}


class OfficeClock(Clock):
    """The office's time."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def now(self) -> datetime:
        return self._office.now


@dataclass
class Post:
    """A message as people see it. at: when Slack took it. is_page: it asked for help when it was posted."""

    target: str
    ts: str
    text: str
    words: str
    at: datetime
    is_page: bool


@dataclass
class Seen:
    """What Slack shows. closed: accounts that take no message. refused: whoever the bot tried to write to in vain."""

    now: Callable[[], datetime]
    posts: list[Post] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)

    def call(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
        if method == "chat.postMessage":
            return {**self._post(str(args["channel"]), str(args["text"]), str(args["blocks"])), "message": args}
        if method in ("chat.update", "chat.delete"):
            post = next(one for one in self.posts if one.ts == args["ts"])
            post.words = str(args.get("blocks", ""))
            return {"ok": True, "channel": post.target, "ts": post.ts}
        assert method == "views.publish"
        return {"ok": True, "view": {"hash": "1"}}

    def _post(self, target: str, text: str, words: str) -> dict[str, Any]:
        if target in self.closed:
            self.refused.append(target)
            return {"ok": False, "error": "channel_not_found"}
        self.posts.append(Post(target, f"{len(self.posts)}.1", text, words, self.now(), "'open_case'" in words))
        return {"ok": True, "channel": target, "ts": self.posts[-1].ts, "message": {}}

    def pages(self, target: str) -> list[Post]:
        """Return whatever ever asked somebody for help, also where a newer message follows it by now."""
        return [post for post in self.posts if post.target == target and post.is_page]

    def card(self) -> str:
        return [post for post in self.posts if post.target == REPORTER and post.text == TEXT][-1].words


class Wire(WebClient):
    """Slack's Web API onto what is seen."""

    def __init__(self, seen: Seen) -> None:
        super().__init__("xoxb-test", retry_handlers=[])
        self._seen = seen

    def api_call(self, api_method: str, *, json: Any = None, params: Any = None, **_more: Any) -> SlackResponse:
        answer = self._seen.call(api_method, {**(params or {}), **(json or {})})
        made = SlackResponse(
            client=self, http_verb="POST", api_url=api_method, req_args={}, data=answer, headers={}, status_code=200
        )
        return cast("SlackResponse", made.validate())  # type: ignore[no-untyped-call]  # the SDK leaves it untyped


class Story:
    """One case, its people, and the loops of the bot turned by hand. gone: accounts of those who can answer no more."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.seen = Seen(lambda: office.now)
        self.gone: set[str] = set()
        self.check = ""
        self._start()

    def _start(self) -> None:
        office = self.office
        self.services = Services(ORGANISATION, office.roster, office.database, office.keys, OfficeClock(office))
        self._sender = Deliverer(self.services, renderers(), Wire(self.seen), InlineExecutor())
        self._open_cases = OpenCases(self.services)
        self._open_cases.fit_the_file()

    def settle(self) -> None:
        """Let the scheduler turn, and send all that is due."""
        self._open_cases.turn()
        while self._sender.deliver_due():
            pass

    def days(self, number: int) -> None:
        for _ in range(number):
            self.office.forward(days=1)
            self.settle()

    # How somebody leaves

    def closes(self, *accounts: str) -> None:
        self.gone |= set(accounts)
        self.seen.closed |= set(accounts)
        with self.office.database.begin() as tx:
            for person in map(self.office.roster.person_at, accounts):
                if person is not None:
                    cover.mark_unreachable(tx, person, self.office.now)
        if REPORTER in accounts:
            with self.office.leaving() as work:
                work.found_reporter(self.check, is_gone=True)

    def goes_away(self, *accounts: str) -> None:
        self.gone |= set(accounts)
        first = self.office.roster.week.day_of(self.office.now)
        last = first.replace(year=first.year + 1)
        with self.office.database.begin() as tx:
            for person in map(self.office.roster.person_at, accounts):
                assert person is not None
                request = self.office.request()
                cover.set_away(tx, person, first, last, by=LEAD_TWO, now=self.office.now, request=request)

    def is_taken_off(self, *accounts: str) -> None:
        """The organisation's file is changed, and the bot started again."""
        self.gone |= set(accounts)
        roster = self.office.roster
        out = {roster.person_at(one) for one in accounts}
        leads = tuple(one for one in roster.people.leads if one not in out)
        self.office.roster = replace(
            roster,
            people=People(leads, roster.people.deputies, roster.people.independent),
            slack={one: account for one, account in roster.slack.items() if one not in out},
            ladders={
                urgency: tuple(replace(rung, who=tuple(one for one in rung.who if one not in out)) for rung in ladder)
                for urgency, ladder in roster.ladders.items()
            },
        )
        self._start()

    def steps_aside(self, *accounts: str) -> None:
        self.gone |= set(accounts)
        for account in accounts:
            with self.office.leading() as work:
                assert work.step_aside(self.check, account, work.roster.person_at(account) or "").did is Did.DONE

    # Who can answer

    def able(self) -> list[str]:
        return [one for one in self.office.roster.slack.values() if one not in self.gone]

    def somebody_was_asked(self) -> bool:
        """Whether somebody who can answer leads, or has a page."""
        leader = self.office.the_case(self.check).led_by
        asked = [one for one in self.able() if self.seen.pages(one)]
        return self.office.roster.slack.get(leader or "") in self.able() or bool(asked and leader is None)

    def named_on_the_card(self) -> set[str]:
        return {account for account, name in NAMES.items() if name in self.seen.card()}


def _answers(story: Story) -> None:
    story.check = story.office.raised(HARM)


def _sees(story: Story) -> None:
    with story.office.leading() as work:
        work.see(story.check, LEAD_ONE, "lead-1")


def _leads(story: Story) -> None:
    with story.office.leading() as work:
        work.lead(story.check, LEAD_ONE, "lead-1")


def _asks(story: Story) -> None:
    with story.office.leading() as work:
        work.write(story.check, LEAD_ONE, EventKind.QUESTION, {"text": "where?"}, story.office.request())


def _decides(story: Story) -> None:
    story.office.decide(story.check, "share")


def _plans(story: Story) -> None:
    story.office.plan(story.check)


def _disagrees(story: Story) -> None:
    with story.office.leading() as work:
        work.disagree(story.check, REPORTER, 1, "It would put them in danger.", story.office.request())


def _agrees(story: Story) -> None:
    with story.office.leading() as work:
        assert work.agree(story.check, REPORTER, story.office.the_case(story.check).plan_round).did is Did.DONE


def _shares(story: Story, by: str = LEAD_ONE) -> None:
    with story.office.leading() as work:
        assert work.shared(story.check, by, AFTER, SAID, story.office.request()).did is Did.DONE


STEPS = (_answers, _sees, _leads, _asks, _decides, _plans, _disagrees, _agrees, _shares)
"""The standard story, with a question and a disagreement in it."""
BOTH = (LEAD_ONE, LEAD_TWO)
WAYS = {
    "the lead's account is closed": lambda story: story.closes(LEAD_ONE),
    "both leads' accounts are closed": lambda story: story.closes(*BOTH),
    "the lead is away": lambda story: story.goes_away(LEAD_ONE),
    "both leads are away": lambda story: story.goes_away(*BOTH),
    "the lead is taken off the list": lambda story: story.is_taken_off(LEAD_ONE),
    "the lead steps aside": lambda story: story.steps_aside(LEAD_ONE),
    "both leads step aside": lambda story: story.steps_aside(*BOTH),
}
every_step = pytest.mark.parametrize("step", range(len(STEPS)), ids=[step.__name__ for step in STEPS])


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    database = sqlite_database(tmp_path / "story.db")
    yield Story(Office(database))
    database.close()


def _until(story: Story, step: int) -> None:
    for do in STEPS[: step + 1]:
        do(story)
        story.office.forward(minutes=2)
        story.settle()


def _go_on(story: Story) -> None:
    """Let somebody who can answer take it on, and carry it to its end."""
    office, account = story.office, story.able()[0]
    person = office.roster.person_at(account) or ""
    if office.the_case(story.check).led_by is None:
        with office.leading() as work:
            assert work.lead(story.check, account, person).did is Did.DONE
    if office.the_case(story.check).decision is None:
        with office.leading() as work:
            work.decide(story.check, account, "share", {**SAID, "reason": "It protects them."}, office.request())
    case = office.the_case(story.check)
    if not case.plan_stands or case.disagreed:
        office.plan(story.check)
    if office.the_case(story.check).reporter_agreed_at is None:
        _agrees(story)
    if office.the_case(story.check).shared is None:
        _shares(story, account)
    with office.leading() as work:  # Where the reporter disagreed, another view is needed first.
        work.review(story.check, account, {"text": "The plan is safe for them."}, office.request())
        assert work.close(story.check, account, {"outcome": "They are safe."}, office.request()).missing == ()
    assert office.the_case(story.check).status is CaseStatus.CLOSED


@every_step
@pytest.mark.parametrize("way", WAYS)
def test_a_lead_who_leaves_is_replaced_at_once_and_the_case_can_close(story: Story, step: int, way: str) -> None:
    _until(story, step)
    WAYS[way](story)
    story.settle()
    assert story.somebody_was_asked()
    claimed = story.named_on_the_card()
    assert claimed.isdisjoint(story.gone)
    assert all(story.seen.pages(one) for one in claimed)
    before = {one: len(story.seen.pages(one)) for one in story.gone}
    story.days(3)
    assert {one: len(story.seen.pages(one)) for one in story.gone} == before
    assert story.seen.refused == []
    assert story.somebody_was_asked()
    _go_on(story)
    story.settle()
    assert story.seen.refused == []


@every_step
def test_a_reporter_who_leaves_is_waited_for_no_more(story: Story, step: int) -> None:
    """The leads are told at once, and what would be asked of them is asked of the lead, every working morning."""
    _until(story, step)
    story.closes(REPORTER)
    story.settle()
    told = [post for post in story.seen.posts if post.target == CHANNEL and "can answer here no more" in post.words]
    assert told
    assert {post.at for post in told if not post.is_page} == {story.office.now}
    begun = story.office.now
    story.days(4)
    assert story.seen.refused == []
    assert not [post for post in story.seen.posts if post.target == REPORTER and post.at > begun]
    if story.office.the_case(story.check).shared is None:
        asked = [one.at for account in story.able() for one in story.seen.pages(account) if one.at > begun]
        assert len(asked) >= 2  # a weekend may be in it
