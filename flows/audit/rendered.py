"""What must hold of everything a person reads: the value that card, summary, paper and `decide` render.

Every distinct decision is rendered in every stage of a check, at every state of its page, and for every kind of
answer about who is left out, and each rendering is held against the law's ids and words.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from flows.audit.invariants import HARM_IF_TOLD, SOME_PEOPLE, URGENT_KINDS, Broken, is_breach, is_risk
from flows.case import Told
from flows.engine.facts import Facts
from flows.engine.guidance import Guidance, Stage, guide
from flows.engine.outcome import Decision
from flows.engine.replay import PAGE_MOMENT, Progress
from flows.engine.what_if import would_change
from flows.engine.wording import NEVER_SAID, SEEK_CONSENT
from flows.model import Answers, Checklist
from flows.paging.recipients import would_be_told

FOOTER = ("ask a lead", "social care", "0808 800 5000", "0800 028 0285", "need to know")
LEADS_WORK = ("check with the source", "explain again", SEEK_CONSENT)
"""Never said where somebody may be at risk."""
NAMES = {"lead-1": "Person one", "lead-2": "Person two", "deputy-1": "Person three", "independent": "Person four"}
_ROLE = re.compile(r"(?<!ask )\ba (?:safeguarding )?lead\b|\bthe leads\b", re.IGNORECASE)
_CALLED_UP = {
    ("S3", "harm"): "ALLEGATION",
    ("S3", "low_level"): "LOW_LEVEL",
    ("S3", "not_sure"): "LOW_LEVEL",
    ("S7", "image"): "IMAGE",
    ("S7", "sexual"): "SEXUAL",
    ("S7", "self_harm"): "SELF_HARM",
    ("S7", "cutting_or_forced_marriage"): "CUTTING",
    ("S7", "extreme_views"): "EXTREME",
    ("S7", "adult_at_risk"): "ADULT",
    ("S7", "someone_asks"): "ASKED",
}
_URGENT = {
    "S1": ("yes", "not_sure"),
    "S3": ("harm",),
    "S4": ("yes",),
    "S5": ("yes", "not_sure"),
    "S7": URGENT_KINDS,
    "3.1.6": HARM_IF_TOLD,
}
"""Answers that make it urgent, but for a breach."""

Guide = Callable[..., Guidance]


def expected_advice(given: Answers) -> set[str]:
    """Name the advice these answers call up, read from the law's ids."""
    advice = {_CALLED_UP[asked, one] for asked, chosen in given.items() for one in chosen if (asked, one) in _CALLED_UP}
    urgent = any(one in _URGENT.get(asked, ()) for asked, chosen in given.items() for one in chosen)
    risk = is_risk(given)
    out = set(given.get("S2", ()))
    derived = {
        "BASICS": risk or urgent,
        "ADULT": risk and is_adult(given),
        "LEADS_LEFT_OUT": out >= set(SOME_PEOPLE.leads) or "not_sure" in out,
        "BREACH": is_breach(given),
        "WRONG_RECIPIENT": given.get("S6") == ("gone_wrong",) or (is_breach(given) and given.get("3.3.1") == ("no",)),
    }
    return advice | {one for one, applies in derived.items() if applies}


def is_adult(given: Answers) -> bool:
    """Whether the information is an adult's."""
    return given.get("3.1.5", ("",))[0] in ("adult", "adult_may_not_decide")


@dataclass(frozen=True, slots=True)
class Reader:
    """Renders one decision in every state and holds it against the invariants."""

    checklist: Checklist
    progress: Progress
    decision: Decision
    guide: Guide = guide

    def broken(self) -> Iterator[Broken]:
        """Find what is broken in any state."""
        told, facts = self._facts()
        first: Guidance | None = None
        read: set[str] = set()
        changes = would_change(self.checklist, self.progress, self.decision)
        for stage, page in _states(self.decision):
            made = self.guide(self.checklist, self.progress, self.decision, facts, page, stage, changes)
            first = first or made
            text = made.text
            found = [*self._kept(made, first, told, page)]
            if text not in read:
                read.add(text)
                found += self._read(made, text, told)
            yield from (Broken(name, f"{stage}, {page}: {how}", self.progress.answers) for name, how in found)

    def _facts(self) -> tuple[tuple[str, ...], Facts]:
        told = would_be_told(self.decision, SOME_PEOPLE)
        return told, Facts(
            organisation="Example Trust",
            recipients=" and ".join(NAMES[one] for one in told),
            phones=tuple((NAMES[one], f"020 7946 010{number}") for number, one in enumerate(told)),
            tells_a_lead=any(one in SOME_PEOPLE.leads for one in told),
            leads=" or ".join(NAMES[one] for one in SOME_PEOPLE.leads),
            social_care="020 7946 0110",
            out_of_hours="020 7946 0111",
            adult_social_care="020 7946 0113",
            lado="020 7946 0112",
        )

    def _read(self, made: Guidance, text: str, told: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """Yield what is wrong with a text that was not read in another state."""
        yield from self._nobody_else(text, told)
        text = text.lower()
        yield from self._first_things(made, text)
        yield from self._wrongly_asked(text)
        yield from _always(made, text, urgent=self.decision.level >= PAGE_MOMENT)
        yield from self._services(text)

    def _first_things(self, made: Guidance, text: str) -> Iterator[tuple[str, str]]:
        """I1, I2, I7, I26: 999 first, and whom not to tell."""
        said = self.progress.answers.get("S1")
        first = (made.title, *made.say_first[:1])
        for name, option in (("I1", "yes"), ("I2", "not_sure")):
            if said == (option,) and not any("999" in sentence for sentence in first):
                yield name, "999 is not shown first"
        if self.decision.hold_informing and "do not tell" not in text:
            yield "I7", "it does not say: do not tell"
        if made.tell_nobody is not self.decision.tell_nobody:
            yield "I26", "whether to tell is not what the answers say"
        if self.decision.page and "3.1.6" not in self.progress.answers and "do not tell" not in text:
            yield "I26", "not known is not treated as: do not tell"

    def _wrongly_asked(self, text: str) -> Iterator[tuple[str, str]]:
        """I7 and I10: nobody is sent to ask for consent, to the source, or to explain again, where that may harm."""
        given = self.progress.answers
        if SEEK_CONSENT in text and (given.get("3.1.6") != ("none",) or self.decision.hold_informing):
            yield "I7", "it says to ask for consent although that was not said to be safe"
        if is_risk(given) or self.decision.hold_informing:
            yield from (("I10", f'it says "{words}"') for words in LEADS_WORK if words in text)

    def _kept(self, made: Guidance, first: Guidance, told: tuple[str, ...], page: Told) -> Iterator[tuple[str, str]]:
        """I25 and I31: at CONSULT or above every state has it all, and the advice is the same and the table's."""
        given = [one.id for one in made.advice]
        wanted = expected_advice(self.progress.answers)
        if given != [one.id for one in self.checklist.advice if one.id in wanted]:
            yield "I31", f"the advice is {', '.join(given) or 'none'}, not {', '.join(sorted(wanted)) or 'none'}"
        if made.advice != first.advice:
            yield "I31", "the advice differs from that of another state"
        if "999" not in made.danger or made.danger not in (*made.numbered, *made.say_first):
            yield "I25", "the 999 line is missing"
        if not self.decision.page:
            return
        if not all(NAMES[one] in made.told for one in told):
            yield "I25", "it does not say who was told, or would be"
        if page is not Told.DELIVERED and "I have told" in made.told:
            yield "I25", "it says that somebody was told"
        if not any("ocial care" in line for line in made.numbers):
            yield "I25", "the numbers for now are missing"

    def _nobody_else(self, text: str, told: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """I30: nobody who was not told is named or meant. The policy's words name the leads, and no text here does."""
        yield from (("I30", f"it names {NAMES[one]}") for one in NAMES if one not in told and NAMES[one] in text)
        if set(told) & set(SOME_PEOPLE.leads):
            return
        for option in self.checklist["S2"].options:
            text = text.replace(option.label, "")  # Their own answer, quoted.
        if meant := _ROLE.search(text):
            yield "I30", f'it speaks of "{meant[0]}", and none was told'

    def _services(self, text: str) -> Iterator[tuple[str, str]]:
        """I33: where it is an adult's, no text gives only children's services."""
        if is_adult(self.progress.answers) and "adult social care" not in text:
            yield "I33", "only children's services are given"
        if "adult_at_risk" in self.progress.answers.get("S7", ()) and "adult social care" not in text:
            yield "I33", "an adult is abused, and only children's services are given"


def _states(decision: Decision) -> Iterable[tuple[Stage, Told]]:
    """Every stage once, and every state of the page once."""
    delivered = Told.DELIVERED if decision.page else Told.NOBODY
    yield from ((stage, delivered) for stage in Stage)
    if decision.page:
        yield from ((Stage.STOPPED, page) for page in Told if page is not delivered)


def _always(made: Guidance, text: str, *, urgent: bool) -> Iterator[tuple[str, str]]:
    """I15, I16, I17 and docs/rules.md, decision 12: the footer, and what no text says."""
    footer = "\n".join(made.footer).lower()
    yield from (("I15", f'the footer lacks "{part}"') for part in FOOTER if part not in footer)
    yield from (("I16 and I17", f'it says "{phrase}"') for phrase in NEVER_SAID if phrase in text)
    if urgent and (made.would_change or made.changes):
        yield "I17", "it says what would have changed it"
    if "{" in text or "none:" in text:
        yield "I31", "a placeholder is not filled"
