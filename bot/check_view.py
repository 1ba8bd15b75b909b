"""One check as its reader sees it: all that a screen needs to know, as a value. Read from the store by `Services`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from bot.config.organisation import Organisation
from bot.config.roster import facts_of
from flows.case import SYSTEM, Case, Check, CheckStatus, Cover, Entry, Told
from flows.checklist import CHECKLIST
from flows.engine import wording
from flows.engine.facts import Facts
from flows.engine.guidance import Guidance, Stage, as_read, guide
from flows.engine.outcome import Decision, decide
from flows.engine.remaining import minutes_left
from flows.engine.replay import Progress, replay
from flows.events import EventKind
from flows.model import Question
from flows.paging.cover import on_cover
from flows.paging.roster import Roster
from flows.records.authors import author, names_in
from flows.records.recorded import Recorded

GONE = "somebody no longer listed"
_ANY_LEAD = re.compile(r"\b(an|a|the)(other)? (?:safeguarding )?lead\b", re.IGNORECASE)
_SENTENCE_START = re.compile(r"(?:^|(?<=\. ))[a-z]")
DUTY_QUESTION = "3.1.4"
DUTY_BINDS = "The law gives us a duty to share what keeps a child safe. If you cannot tell if it applies, say so."
"""Added to the question about a duty where the organisation has said that it is bound (`statutory_duty`)."""
BY_WAY = {"email": "by email", "push": "by a message to a phone"}
"""How somebody is told in other ways than Slack."""


def _somebody(found: re.Match[str]) -> str:
    return "somebody else" if found[2] else "somebody"


def _capital(words: str) -> str:
    return _SENTENCE_START.sub(lambda found: found[0].upper(), words)


@dataclass(frozen=True)
class CheckView:
    """One check as somebody sees it now.

    left_out: organisation and Slack ids of people who see nothing of it. told: DELIVERED only where a person's own page
    was. reached: channels and people whose page Slack has. not_taken: those whose page Slack did not take when it was
    tried. elsewhere: the ways other than Slack by which somebody was asked; handed_to: the people. has_asked: whether
    the newest ask has reached a person. able: ids of those who may know and can answer; None: all of them. gone: why
    others are asked, LEADER_GONE or ASKED_GONE, where somebody who was waited for can answer no more.
    data_protection_told: of a breach. reporter_gone: whether whoever raised it can use share-check no more.
    school: the name of the school that the details name. absent: organisation ids of people who are not there today,
    known while the first questions are shown. earlier: checks about the same person that the reader may know of, each
    with whether they may open it. may_export: whether the reader may. recorded: what its record says, where a message
    is made of it. is_doubted: a page is called sent that the record does not have.
    """

    check: Check
    case: Case | None
    told: Told
    left_out: frozenset[str]
    organisation: Organisation
    roster: Roster
    entries: tuple[Entry, ...]
    now: datetime
    reached: frozenset[str] = frozenset()
    not_taken: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    handed_to: frozenset[str] = frozenset()
    has_asked: bool = True
    data_protection_told: bool = False
    able: frozenset[str] | None = None
    gone: EventKind | None = None
    reporter_gone: bool = False
    school: str | None = None
    absent: frozenset[str] = frozenset()
    earlier: tuple[tuple[Check, bool], ...] = ()
    may_export: bool = False
    recorded: Recorded = field(default_factory=Recorded)
    is_doubted: bool = False

    @cached_property
    def progress(self) -> Progress:
        """The answers as they stand; the level once raised holds only where they no longer raise it themselves."""
        ended = self.check.status in (CheckStatus.SENT, CheckStatus.CLOSED)
        own = replay(CHECKLIST, self.check.answers, ended=ended)
        return own if own.level >= self.check.level else replay(CHECKLIST, own.answers, self.check.level, ended=ended)

    @cached_property
    def decision(self) -> Decision:
        return decide(CHECKLIST, self.progress, self.roster.people.leads)

    @property
    def question(self) -> Question | None:
        """The question to show: the one "Back" went to, else the next without an answer."""
        shown = CHECKLIST.by_id.get(self.check.revisiting or "", self.progress.next)
        return None if shown is None else self.as_read(shown.id)

    def as_read(self, question: str) -> Question:
        """Return a question in the words this person reads: past tense where shared, no role that is not told."""
        asked = as_read(CHECKLIST[question], self.progress, self.facts)
        binds = question == DUTY_QUESTION and self.organisation.statutory_duty
        return replace(asked, help=f"{asked.help} {DUTY_BINDS}") if binds else asked

    @property
    def chooses_who(self) -> bool:
        """Whether it must first be known who may be told: nobody is paged before (docs/rules.md, "S1 first")."""
        in_need = self.check.answers.get("S1") == ("yes",) or self.check.asked_lead
        return in_need and "S2" not in self.check.answers and self.check.revisiting is None

    @cached_property
    def people(self) -> tuple[str, ...]:
        """Ids of those who may know."""
        return self.roster.may_know(self.check, self.left_out)

    @cached_property
    def facts(self) -> Facts:
        """What a text may say: the people who were told, never a left-out person, and no school by name.

        While nobody is told yet: those who would be.
        """
        told = self.people_told
        made = facts_of(
            self.organisation,
            told or self._would_be_told,
            now=self.now,
            school=self.school,
            led_by=self.case.led_by if self.case else None,
            elsewhere=self._told_elsewhere,
        )
        ask = wording.ASK if self.may_tell_a_lead else wording.ASK_FOR_HELP
        return replace(made, data_protection_told=self.data_protection_told, ask=ask)

    @cached_property
    def people_told(self) -> tuple[str, ...]:
        """Ids of those who lead it, whose own page Slack has, or to whom it was handed another way.

        A page in the leads' channel tells nobody by name, and nobody is named who cannot answer any more.
        """
        leader = self.case.led_by if self.case else None
        heard = self.reached | self.handed_to
        return tuple(one for one in self.people if one == leader or self._can_answer(one, heard))

    def _can_answer(self, person: str, heard: frozenset[str]) -> bool:
        return self.roster.slack[person] in heard and self.is_able(person)

    def is_able(self, person: str) -> bool:
        """Return whether somebody who may know is there to answer, as far as is known."""
        return self.able is None or person in self.able

    @property
    def _told_elsewhere(self) -> dict[str, str]:
        """How those were told whom Slack did not reach, by id; empty where nobody was told in Slack: that is said."""
        leader = self.case.led_by if self.case else None
        silent = [one for one in self.people_told if one != leader and self.roster.slack[one] not in self.reached]
        how = " and ".join(BY_WAY.get(via, via) for via in sorted(self.elsewhere))
        return dict.fromkeys(silent, how) if set(silent) != set(self.people_told) else {}

    @property
    def may_tell_a_lead(self) -> bool:
        """Whether a safeguarding lead is among those who may know."""
        return any(one in self.roster.people.leads for one in self.people)

    def without_roles(self, words: str) -> str:
        """Put "somebody" in place of a lead in words where no lead may know of the check (I30)."""
        return words if self.may_tell_a_lead else _capital(_ANY_LEAD.sub(_somebody, words))

    @property
    def _would_be_told(self) -> tuple[str, ...]:
        asked = tuple(one for one in self.people if self.case and one in self.case.asked and self.is_able(one))
        return asked or self.roster.first_asked(self.check, self.left_out, self.absent) or self.people

    def ring_social_care(self, when: str) -> str:
        """Say which service to ring: "ring children's social care, 020 ..., yourself now". when: "now" or later."""
        return self.facts.ring_social_care(when, adult=self.decision.adult and not self.decision.allegation)

    def please_ring(self, when: str, ask: str = "Please") -> str:
        """Ask the reporter to ring that service, with the line on 999. ask: how it begins."""
        return f"{ask} {self.ring_social_care(when)}. Call 999 in an emergency."

    @property
    def nobody_on_cover(self) -> bool:
        """Whether no lead and no deputy is there today."""
        return not on_cover(self.roster.people, self.absent)

    @property
    def is_conflict(self) -> bool:
        """Whether anybody is, or may have to be, left out."""
        return bool(self.left_out) or self.check.answers.get("S2", ("no",)) != ("no",)

    @property
    def people_left_out(self) -> frozenset[str]:
        """Organisation ids of people who see nothing of it; a Slack id where the file lists them no longer."""
        return frozenset(self.roster.person_at(one) or one for one in self.left_out)

    @property
    def told_before(self) -> tuple[str, ...]:
        """Ids of people left out now who had been paged before."""
        asked = self.case.asked if self.case else ()
        return tuple(one for one in asked if one in self.left_out)

    @cached_property
    def guidance(self) -> Guidance:
        """What the reporter is told, in the state the check is in now."""
        made = guide(CHECKLIST, self.progress, self.decision, self.facts, self._said_of_page, self._stage)
        made = replace(made, say_first=tuple(map(self._after_the_plan, made.say_first)))
        asked = self.check.asked_lead and not self.decision.reasons
        return replace(made, why=(self.without_roles("You asked for a lead."),)) if asked else made

    def _after_the_plan(self, line: str) -> str:
        """Put the plan in place of "do not tell" once it is agreed, and not before: it settles who is told."""
        case, decision = self.case, self.decision
        if case is None or not case.plan_stands or case.reporter_agreed_at is None:
            return line
        do_not_tell = self.facts.fill(wording.DO_NOT_TELL, adult=decision.adult, consent_from=decision.consent_from)
        return wording.IN_THE_PLAN if line in (do_not_tell, wording.NOT_KNOWN_IF_SAFE) else line

    @property
    def _said_of_page(self) -> Told:
        """What may be said: people are being told once there is a case, and had been where only a later ask failed."""
        if self.case is not None and self.told is Told.NOBODY:
            return Told.NOT_YET
        return Told.DELIVERED if self.told is Told.FAILED and self.people_told else self.told

    @property
    def minutes_left(self) -> int:
        """How long the questions still to come take."""
        return minutes_left(CHECKLIST, self.progress)

    @property
    def _stage(self) -> Stage:
        if self.check.cover is Cover.HIDDEN:
            return Stage.HIDDEN
        if self.case is not None and self.case.led_by is not None:
            return Stage.LED
        if self.check.status is not CheckStatus.DRAFT:
            return Stage.LED if self.facts.led_by else Stage.SENT
        return Stage.STOPPED if self.check.cover is Cover.STOPPED else Stage.ANSWERING

    @property
    def reporter(self) -> str:
        """A mention of whoever raised it; of a practice page that a command started, what it was started from."""
        return SYSTEM if self.check.reporter == SYSTEM else f"<@{self.check.reporter}>"

    def window(self, argument: str = "") -> str:
        """Return the private_metadata of a modal: check, argument, and the newest entry, which it is opened on.

        A modal that is read without the entries does not say what it is opened on.
        """
        opened_on = f"@{self.entries[-1].id}" if self.entries else ""
        return f"{self.check.id}{':' if argument else ''}{argument}{opened_on}"

    def slack(self, person: str | None) -> str:
        """Return a mention, which notifies this person, or the words for nobody and for somebody off the roster."""
        if person is None:
            return "Nobody"
        return f"<@{self.roster.slack[person]}>" if person in self.roster.slack else GONE

    def name(self, person: str) -> str:
        """Somebody's name; of somebody the organisation's file no longer lists, the one that the record has of them."""
        if person in self.roster.accounts:
            return self.organisation.person(person).name
        return names_in(self.entries).get(person, GONE)

    def author(self, entry: Entry, *, naming_staff: bool = True) -> str:
        """Return who made an entry: name and role at that time. entries must be there."""
        return author(entry, self.entries, self.roster, self.check.reporter, naming_staff=naming_staff)
