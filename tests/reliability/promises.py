"""Check every promise once a campaign is quiet, on what Slack was sent, what people were told, and the record.

The promises themselves are stated in `simulation.promises`, for the simulation and for these campaigns alike; what is
said here is only what a campaign of real processes alone can see: presses without an answer, logs, Slack's complaints.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

from bot.config.organisation import example_organisation_path, load_organisation
from bot.config.roster import roster_of
from flows.case import CheckStatus, Entry
from flows.checklist import CHECKLIST
from flows.engine.replay import replay
from flows.events import EventKind
from flows.model import Answers, Level
from simulation import promises
from simulation.promises import AcknowledgedAction, Broken, BrokenPromise, CheckFacts, RecordedEvent
from tests.harness import words_of
from tests.reliability.answer_paths import STOPS
from tests.reliability.final_state import Books, Page, Story, pages, posts, sent
from tests.reliability.journal import Ack, Journal
from tests.reliability.programs import Fleet
from tests.reliability.screens import cards
from tests.reliability.users import MARK

UNDER_WAY = 1.5
"""Seconds a message may be under way to Slack: one sent just before a kill arrives just after it."""

MOMENT = 0.5

LONG = 2.5
"""Seconds after which Slack is about to show that the app did not answer."""

UNANSWERED = ("no acknowledgement", "acknowledgement too late")
"""The sandbox's complaints of a press that met a process at the moment of its death, or asleep."""

SLACK_IDS = roster_of(load_organisation(example_organisation_path())).slack


class Verdict:
    """Every broken promise, and the figures. Made once all is quiet.

    waited: a minute has passed since the last press, so that whoever chose nobody has been heard by now.
    """

    def __init__(self, fleet: Fleet, journal: Journal, books: Books, *, waited: bool) -> None:
        self._fleet = fleet
        self._journal = journal
        self._waited = waited
        self._quiet = books.is_quiet()
        self._stories = {story.check.id: story for story in books.stories()}
        requests = fleet.workspace.requests
        self._sent = sent(requests)
        self.posts, self.delivered = len(posts(requests)), books.delivered()
        self.pages = pages(requests)
        self._pages_to: dict[tuple[str, str], list[Page]] = {}
        for page in self.pages:
            self._pages_to.setdefault((page.ref, page.target), []).append(page)
        self.lost = [ack for ack in journal.acks if self._not_kept(ack)]
        self.due = [(story, target) for story in self._stories.values() for target in self._must_be_told(story)]
        self.late: list[float] = []
        self.broken = [
            *map(str, (*self._lost(), *self._untold(), *self._untrue_cards(), *self._leaked())),
            *map(str, (*self._twice_for_nothing(), *self._unknown())),
            *(*self._unanswered(), *self._heard()),
        ]

    @property
    def checks(self) -> int:
        """How many checks there are."""
        return len(self._stories)

    @property
    def twice(self) -> list[Page]:
        """Pages that Slack took more than once: each copy carries the same reference."""
        return [page for page in self.pages if len(page.at) > 1]

    # Nothing acknowledged is lost, nothing is done twice

    def _lost(self) -> Broken:
        yield from promises.nothing_waits_to_be_sent([] if self._quiet else ["a row of the outbox"])
        for ack in self.lost:
            yield from self._not_kept(ack)
        for story in self._stories.values():
            yield from self._wrong_with(story)

    def _not_kept(self, ack: Ack) -> list[BrokenPromise]:
        """Whether it was recorded by the time it was ticked off: pressed again later is too late."""
        if ack.what == "window":  # it opens later, or not at all: nothing is kept
            return []
        story = self._stories.get(ack.check)
        by = ack.seen + max(0.0, *(program.skew for program in self._fleet.programs)) + MOMENT
        record = [_recorded(story, entry) for entry in story.entries] if story else []
        return [*promises.acknowledged_is_recorded(str(ack), _acknowledged(ack, by), record)]

    def _wrong_with(self, story: Story) -> Broken:
        """One case, one event an answer however often it was pressed, and never a lower level."""
        ref, whats = story.check.ref, [entry.what for entry in story.entries]
        answered = [entry.content.get("question") for entry in story.entries if entry.what is EventKind.ANSWERED]
        yield from promises.answers_are_recorded_once(ref, answered)
        yield from promises.is_raised_once(ref, whats.count(EventKind.RAISED), has_case=story.case is not None)
        lowest = replay(CHECKLIST, self._journal.answers(story.check.id)).level
        yield from promises.level_is_at_least(ref, story.check.level, lowest)

    # Everybody who must know has a page

    def _must_be_told(self, story: Story) -> frozenset[str]:
        """Channels and people, as the walk has them and as the record says."""
        walk = self._journal.walks.get(story.check.id)
        check = story.check
        if walk is None:
            return frozenset()
        if "S2" not in check.answers:
            is_due = self._waited and check.level >= Level.EMERGENCY
            return STOPS.told if is_due else frozenset()
        is_sent = check.status is CheckStatus.SENT and check.level > Level.NONE
        if not (is_sent or check.asked_lead or check.level >= Level.CONSULT_URGENT):
            return frozenset()
        return walk.told | {SLACK_IDS[person] for person in story.asked}

    def _untold(self) -> Broken:
        """A page that was never posted is right only where somebody led before it could be."""
        for story, target in self.due:
            ref, case = story.check.ref, story.case
            found = self._pages_to.get((ref, target))
            if found:
                self.late.append(min(found[0].at) - self._due_at(story))
            name = f"{ref} ({self._journal.walks[story.check.id].name})"
            is_withdrawn = case is not None and case.led_by is not None and target in story.undelivered
            yield from promises.page_arrives(name, target, has_arrived=bool(found), is_withdrawn=is_withdrawn)

    def _due_at(self, story: Story) -> float:
        """When the answer that made it due was ticked off; else when it was raised, by its instance's clock."""
        so_far: Answers = {}
        for ack in self._journal.acks:
            if (ack.check, ack.what) == (story.check.id, "answer"):
                so_far = {**so_far, ack.question: ack.choices}
                if "S2" in so_far and replay(CHECKLIST, so_far).level >= Level.CONSULT_URGENT:
                    return ack.at
        return story.case.raised_at.timestamp() if story.case else 0.0

    def _untrue_cards(self) -> Broken:
        """Once the leads have their pages, the reporter's card says so; and no card says what is not so."""
        due = {story.check.id for story, _ in self.due}
        for check, story in self._stories.items():
            ref, newest = story.check.ref, next(cards(self._fleet.workspace, story.check.reporter, check), None)
            words = words_of(newest.message) if newest else None
            if check in due:
                yield from promises.card_says_who_was_told(ref, words)
            yield from promises.message_is_true(ref, words or "", story.check.reporter, self._facts(story))

    def _facts(self, story: Story) -> CheckFacts:
        return CheckFacts(
            has_page=any(page.ref == story.check.ref for page in self.pages),
            is_led=story.case is not None and story.case.led_by is not None,
            is_saved=story.check.status in (CheckStatus.SENT, CheckStatus.CLOSED),
            may_name="S2" in story.check.answers,
        )

    # Nothing goes where it must not

    def _leaked(self) -> Broken:
        out: dict[str, frozenset[str]] = {}
        for check, walk in self._journal.walks.items():
            story = self._stories.get(check)
            if story is not None and "S2" in story.check.answers:
                out[story.check.ref] = walk.out | {f"D{one[1:]}" for one in walk.out}
        for each in self._sent:
            yield from promises.nothing_typed_is_said(each.carried, MARK, each.method)
            for ref in each.refs:
                left_out = out.get(ref, frozenset())
                yield from promises.left_out_get_no_message(ref, [each.where], left_out, each.method)

    def _twice_for_nothing(self) -> Broken:
        """A kill or a sleep may have lost Slack's answer to a page."""
        for page in self.twice:
            at = sorted(page.at)
            lost_between = [self._troubles(one, two) for one, two in pairwise(at)]
            name = f"{page.ref} to {page.target}, at {at}"
            yield from promises.page_comes_once(name, lost_between, self._troubles(at[0], at[-1]))

    def _unknown(self) -> Broken:
        known = {story.check.ref for story in self._stories.values()}
        for page in self.pages:
            yield from promises.page_is_of_a_check(page.ref, is_known=page.ref in known)
        yield from promises.nothing_typed_is_said(self._fleet.said(), MARK, "the log")

    def _heard(self) -> Iterator[str]:
        """In the logs, and from Slack."""
        said = self._fleet.said()
        never = (self._fleet.key, *(() if self._fleet.sleeps else ("Traceback",)))
        yield from (f"the log has {word!r}" for word in never if word in said)
        if not self._fleet.troubles:
            yield from self._fleet.workspace.complaints
        frowned = (words for words in self._fleet.workspace.complaints if not any(one in words for one in UNANSWERED))
        yield from (f"Slack frowns: {words}" for words in frowned)

    def _unanswered(self) -> Iterator[str]:
        """Whoever presses while an instance is there is answered, and at once.

        Socket Mode has no way to ask for nothing more: of each that leaves, one press may be on its way just then.
        """
        lost = [at for at, took in self._journal.failed if took > LONG and not self._troubles(at, at + took)]
        excused = [span for span in self._fleet.leaving if any(span[0] - UNDER_WAY <= at <= span[1] for at in lost)]
        if len(lost) > len(excused):
            yield f"{len(lost) - len(excused)} presses were not answered though nobody was killed"

    def _troubles(self, after: float, before: float) -> int:
        """How often something happened to an instance then, or just before."""
        return sum(after - UNDER_WAY <= end and start <= before for start, end in self._fleet.troubles)


def _acknowledged(ack: Ack, by: float) -> AcknowledgedAction:
    """The journal's line. by: seconds since 1970, by Slack's clock, until which it must have been recorded."""
    content: dict[str, object] | None = None
    match ack.what:
        case "answer":
            content = {"question": ack.question, "options": list(ack.choices)}
        case "note":
            content = {"text": ack.words}
    until = datetime.fromtimestamp(by, UTC)
    is_modal = ack.what in promises.RECORDED_BY_MODAL
    who = None if ack.what == "lead" else ack.who  # a second lead is told who leads
    return AcknowledgedAction(who, ack.what, ack.check, is_modal=is_modal, content=content, by=until)


def _recorded(story: Story, entry: Entry) -> RecordedEvent:
    return RecordedEvent(story.check.id, entry.who, entry.what, entry.content, entry.at)
