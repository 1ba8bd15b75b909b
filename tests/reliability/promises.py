"""What must be true once it is quiet, held against what Slack was sent, what people were told, and the record."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from bot.config.organisation import example_organisation_path, load_organisation
from bot.config.roster import roster_of
from flows.case import CheckStatus, Entry
from flows.checklist import CHECKLIST
from flows.engine.replay import replay
from flows.events import EventKind
from flows.model import Answers, Level
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

NOT_YET_TOLD = ("I am telling", "could not reach")

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
        self.lost = [ack for ack in journal.acks if not self._is_kept(ack)]
        self.due = [(story, target) for story in self._stories.values() for target in self._must_be_told(story)]
        self.late: list[float] = []
        self.broken = [
            *(*self._lost(), *self._untold(), *self._untrue_cards()),
            *(*self._leaked(), *self._twice_for_nothing(), *self._unanswered(), *self._heard()),
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

    def _lost(self) -> Iterator[str]:
        if not self._quiet:
            yield "something still waits to be sent"
        yield from (f"ticked off and lost: {ack}" for ack in self.lost)
        for story in self._stories.values():
            yield from self._wrong_with(story)

    def _is_kept(self, ack: Ack) -> bool:
        """Whether it was kept by the time it was ticked off: pressed again later is too late."""
        if ack.what == "window":  # it opens later, or not at all: nothing is kept
            return True
        story = self._stories.get(ack.check)
        by = ack.seen + max(0.0, *(program.skew for program in self._fleet.programs)) + MOMENT
        return any(entry.at.timestamp() < by and _is_it(ack, entry) for entry in (story.entries if story else ()))

    def _wrong_with(self, story: Story) -> Iterator[str]:
        """One case, one event an answer however often it was pressed, and never a lower level."""
        ref, whats = story.check.ref, [entry.what for entry in story.entries]
        answered = [entry.content.get("question") for entry in story.entries if entry.what == EventKind.ANSWERED]
        if len(answered) != len(set(answered)):
            yield f"{ref}: an answer was recorded twice: {answered}"
        if whats.count(EventKind.RAISED) != (story.case is not None):
            yield f"{ref}: raised {whats.count(EventKind.RAISED)} times"
        if replay(CHECKLIST, self._journal.answers(story.check.id)).level > story.check.level:
            yield f"{ref}: its level is below what was answered"

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

    def _untold(self) -> Iterator[str]:
        """A page that was never posted is right only where somebody led before it could be."""
        for story, target in self.due:
            ref, case = story.check.ref, story.case
            found = self._pages_to.get((ref, target))
            if found:
                self.late.append(min(found[0].at) - self._due_at(story))
            elif case is None or case.led_by is None or target not in story.undelivered:
                yield f"{ref}: no page for {target} ({self._journal.walks[story.check.id].name})"

    def _due_at(self, story: Story) -> float:
        """When the answer that made it due was ticked off; else when it was raised, by its instance's clock."""
        so_far: Answers = {}
        for ack in self._journal.acks:
            if (ack.check, ack.what) == (story.check.id, "answer"):
                so_far = {**so_far, ack.question: ack.choices}
                if "S2" in so_far and replay(CHECKLIST, so_far).level >= Level.CONSULT_URGENT:
                    return ack.at
        return story.case.raised_at.timestamp() if story.case else 0.0

    def _untrue_cards(self) -> Iterator[str]:
        """Once the leads have their pages, the reporter's card says so."""
        for story in {story.check.id: story for story, _ in self.due}.values():
            newest = next(cards(self._fleet.workspace, story.check.reporter, story.check.id), None)
            if newest is None or any(words in words_of(newest.message) for words in NOT_YET_TOLD):
                yield f"{story.check.ref}: its card does not say that the leads were told"

    # Nothing goes where it must not

    def _leaked(self) -> Iterator[str]:
        out = {}
        for check, walk in self._journal.walks.items():
            story = self._stories.get(check)
            if story is not None and "S2" in story.check.answers:
                out[story.check.ref] = walk.out | {f"D{one[1:]}" for one in walk.out}
        for each in self._sent:
            if MARK in each.carried:
                yield f"{each.method} carried what somebody typed"
            yield from (f"{ref}: {each.method} to {each.where}" for ref in each.refs if each.where in out.get(ref, ()))

    def _twice_for_nothing(self) -> Iterator[str]:
        for page in self.twice:
            at = sorted(page.at)
            excused = all(self._troubles(one, two) for one, two in pairwise(at))
            if not excused or len(at) > 1 + self._troubles(at[0], at[-1]):
                yield f"{page.ref}: sent {len(at)} times to {page.target}, and too few were killed for that, at {at}"

    def _heard(self) -> Iterator[str]:
        """In the logs, and from Slack."""
        known = {story.check.ref for story in self._stories.values()}
        yield from (f"{page.ref}: paged, and there is no such check" for page in self.pages if page.ref not in known)
        said = self._fleet.said()
        never = (MARK, self._fleet.key, *(() if self._fleet.sleeps else ("Traceback",)))
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


def _is_it(ack: Ack, entry: Entry) -> bool:
    """Whether this is what the record has of it."""
    match ack.what:
        case "answer":
            kept = {"question": ack.question, "options": list(ack.choices)}
            return entry.what == EventKind.ANSWERED and entry.content == kept
        case "note":
            return entry.content.get("text") == ack.words
        case "seen":
            return (entry.what, entry.who) == (EventKind.SEEN, ack.who)
        case _:
            recorded = {"send": EventKind.SENT, "lead": EventKind.LED, "ask_lead": EventKind.ASKED_LEAD}
            return entry.what is recorded[ack.what]
