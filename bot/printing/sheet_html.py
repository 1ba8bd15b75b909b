"""The checklist on paper, for when Slack is down: boxes to tick, phone numbers, and what each answer means.

Generated from the same data as the conversation in Slack, so that the two never differ. Ticking a box tells nobody:
where the bot would page, the paper says to phone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape
from string import ascii_lowercase
from typing import TYPE_CHECKING

from bot.config.roster import facts_of, people_of
from flows.checklist import ALREADY_SHARED, CHECKLIST
from flows.engine import wording
from flows.engine.facts import NO_NUMBER
from flows.model import (
    PEOPLE,
    Always,
    Answered,
    Both,
    Choose,
    Condition,
    Either,
    Level,
    LevelBelow,
    Not,
    Option,
    Outcome,
    Question,
)
from flows.on_paper import AGREE, BEFORE, CALL, LATER, NOW, OUTCOMES, REASON, SORT_OUT, WHEN_SHARED

if TYPE_CHECKING:
    from bot.config.organisation import Organisation, School
    from flows.engine.facts import Facts

ADULTS = ("adult", "adult_may_not_decide")
ON_PAGE_ONE = "the numbers are on the first page"
A_LEAD = "a safeguarding lead"
_MEANS = {Level.EMERGENCY: CALL, Level.CONSULT_URGENT: NOW, Level.CONSULT: BEFORE}


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of the sheet. kind: title, heading, words, strong, box or blank. mark: the letter before a box."""

    kind: str
    words: str
    mark: str = ""


def lines(organisation: Organisation) -> tuple[SheetLine, ...]:
    """Return the whole sheet, from top to bottom."""
    return (*_top(organisation), *_numbers(organisation), *_questions(organisation), *_outcomes(organisation), *_end())


def letter(place: int) -> str:
    """Return the letter beside an option on paper, which is typed when the sheet is entered."""
    return ascii_lowercase[place]


def _top(organisation: Organisation) -> Iterator[SheetLine]:
    yield SheetLine("title", f"{organisation.name}: information sharing checklist, on paper")
    yield SheetLine("words", f"For a day when Slack does not work. Version {CHECKLIST.version} of the questions.")
    yield SheetLine("strong", f"{wording.DANGER} Nobody is told by this sheet: where it says phone, phone.")
    yield SheetLine(
        "words",
        "Write no names on it. Keep it with you, locked away. When Slack works again, go through /share-check "
        "yourself, or let whoever runs share-check enter the ticks. You are then asked for the details, in private.",
    )
    yield SheetLine("blank", "Your name in Slack: ")
    yield SheetLine("blank", "Date, and the time when you filled this in: ")
    yield SheetLine("blank", "Reference (from Slack, once it is entered): ")


def _numbers(organisation: Organisation) -> Iterator[SheetLine]:
    yield SheetLine("heading", "Phone")
    yield SheetLine("strong", "999 in an emergency")
    people = people_of(organisation)
    for role, ids in (("Lead", people.leads), ("Deputy", people.deputies)):
        for one in ids:
            yield _number(role, organisation.person(one).name, organisation.person(one).phone)
    independent = organisation.person(people.independent)
    yield _number("Independent contact, also when it is about a lead", independent.name, independent.phone)
    facts = facts_of(organisation, people.leads)
    for service, number in _services(facts):
        yield SheetLine("words", f"{service}: {number or NO_NUMBER}")
    for school in organisation.schools:
        if words := "; ".join(f"{service} {number}" for service, number in _services(school) if number):
            yield SheetLine("words", f"{school.name}: {words}")
    yield SheetLine("words", wording.HELPLINES.format(nspcc=facts.nspcc, whistleblowing=facts.whistleblowing))


def _services(of: Facts | School) -> Iterator[tuple[str, str | None]]:
    """Yield each service with its number, None where it is not set: of the organisation, or of a school's council."""
    yield "Children's social care", of.social_care
    yield "Children's social care, out of hours", of.out_of_hours
    yield "Adult social care", of.adult_social_care
    yield "Adult social care, out of hours", of.adult_out_of_hours or of.out_of_hours
    yield "LADO (for adults who work with children)", of.lado


def _number(role: str, name: str, phone: str) -> SheetLine:
    return SheetLine("words", f"{role}: {name}, {phone}")


def _questions(organisation: Organisation) -> Iterator[SheetLine]:
    yield SheetLine("heading", "Questions")
    yield SheetLine("words", "Go from top to bottom. Leave out a question that its line says is not asked.")
    for question in CHECKLIST:
        yield SheetLine("strong", f"{question.id}. {question.ask}")
        if not isinstance(question.asked_when, Always):
            yield SheetLine("words", f"Only if {_asked(question.asked_when)}.")
        yield SheetLine("words", question.help)
        if past := question.when_already_shared:
            yield SheetLine("words", f"If {_shared()}: {past.ask} {past.help}")
        for place, option in enumerate(question.options):
            yield SheetLine("box", _option(question, option), letter(place))
        if question.choose is Choose.PEOPLE:
            names = [organisation.person(one).name for one in people_of(organisation).everybody]
            yield SheetLine("blank", f"Who is left out (circle): {', '.join(names)}")


def _shared() -> str:
    return f"it was shared already (S6 is {_letters('S6', ALREADY_SHARED.options)})"


def _asked(condition: Condition) -> str:
    """Describe when a question is asked, by the letters on the sheet. Raises TypeError for an unknown condition."""
    match condition:
        case LevelBelow():
            return f'no answer so far says "{NOW}" or "{CALL}"'
        case Answered(question, options):
            return f"{question} is {_letters(question, options)}"
        case Not(Answered(question, options)):
            return f"{question} is not {_letters(question, options)}"
        case Not(Both(one, other)):
            return f"{_asked(~one)}, or {_asked(~other)}"
        case Both(one, other):
            return f"{_asked(one)} and {_asked(other)}"
        case Either(one, other):
            return f"{_asked(one)}, or {_asked(other)}"
        case _:
            raise TypeError(f"{condition!r} has no words on paper")


def _letters(question: str, options: Iterable[str]) -> str:
    """Join the letters of these options: "b or d"."""
    places = [one.id for one in CHECKLIST[question].options]
    return " or ".join(letter(places.index(option)) for option in options)


def _option(question: Question, option: Option) -> str:
    means = [AGREE] if (question.id, option.id) == ("4.2", "yes") else [_MEANS[option.raises]] if option.raises else []
    means += [SORT_OUT] * bool(option.fix)
    if option.conflict:
        whom = "only those who are not circled" if option.id == PEOPLE else "the independent contact"
        means = [*([BEFORE] if option.raises else []), f'where it says "lead", phone {whom}']
    means += [LATER] * option.hold_informing
    return _label(question, option) + (f" - {'; '.join(means)}" if means else "")


def _label(question: Question, option: Option) -> str:
    """Return the words of an option, and those in the past tense where they differ."""
    past = question.in_the_past.by_id[option.id].label
    return option.label if past == option.label else f"{option.label} (if shared already: {past})"


def _outcomes(organisation: Organisation) -> Iterator[SheetLine]:
    facts = facts_of(organisation, people_of(organisation).leads)
    yield SheetLine("heading", "What to do: the first of these that fits")
    independent = organisation.independent
    yield SheetLine(
        "strong",
        f"Where it says lead, never phone somebody you circled at S2. If S2 is {_letters('S2', ('not_sure',))}, or "
        f"every lead and deputy is circled, phone the independent contact: {independent.name}, {independent.phone}.",
    )
    for outcome, when in _when():
        yield SheetLine("strong", f"If {when}: {wording.TITLES[outcome].format(told=A_LEAD)}.")
        yield SheetLine("words", facts.fill(OUTCOMES[outcome]))
        if outcome in WHEN_SHARED:
            yield SheetLine("words", f"If {_shared()}: {WHEN_SHARED[outcome]}")
    yield SheetLine(
        "strong",
        f"If S6 is {_letters('S6', ALREADY_SHARED.options)}, and 3.3.1 is "
        f"{_letters('3.3.1', ('no',))} or 3.3.2 is {_letters('3.3.2', ('no',))}: phone a lead now too.",
    )
    yield SheetLine("strong", f'If an answer you ticked says "{LATER}":')
    yield SheetLine("words", wording.DO_NOT_TELL.format(told="A lead"))
    yield SheetLine("words", wording.NO_CONSENT_NEEDED)
    yield SheetLine("heading", "What to do meanwhile")
    for advice in CHECKLIST.advice:
        told = independent.name if advice.id == "LEADS_LEFT_OUT" else "a lead"
        yield SheetLine("strong", f"If {_when_advised(advice.id)}:")
        yield SheetLine("words", replace(facts, recipients=told).fill(advice.words))


def _when_advised(advice: str) -> str:
    """Return the answers on this paper that call up a piece of advice, in words."""
    called = (
        f"{question.id} is {_letters(question.id, chosen)}"
        for question in CHECKLIST
        if (chosen := [option.id for option in question.options if advice in option.advice])
    )
    return ", or ".join((*called, *_ALSO_ADVISED.get(advice, ())))


def _breach(*questions: str) -> str:
    where = " or ".join(f"{one} is {_letters(one, ('no',))}" for one in questions)
    return f"S6 is {_letters('S6', ALREADY_SHARED.options)} and {where}"


_ALSO_ADVISED = {
    "BASICS": (f'an answer you ticked says "{NOW}" or "{CALL}"',),
    "ADULT": (f"S4 is not {_letters('S4', ('no',))} and 3.1.5 is {_letters('3.1.5', ADULTS)}",),
    "LEADS_LEFT_OUT": (f"S2 is {_letters('S2', ('not_sure',))} or every lead is circled",),
    "BREACH": (_breach("3.3.1", "3.3.2"),),
    "WRONG_RECIPIENT": (_breach("3.3.1"),),
}
"""When advice stands for answers that make it together (the table's derived rules)."""


def _when() -> Iterator[tuple[Outcome, str]]:
    """Yield each outcome and when it applies on paper.

    CONSULT_READY is part of CONSULT: both say to phone a lead today.
    """
    yield Outcome.EMERGENCY, f"S1 is {_letters('S1', ('yes',))}"
    yield Outcome.CONSULT_URGENT, f'an answer you ticked says "{NOW}"'
    yield Outcome.CONSULT, f'an answer you ticked says "{BEFORE}", or 4.2 is {_letters("4.2", ("yes",))}'
    yield Outcome.FIX_FIRST, f"4.2 is {_letters('4.2', ('not_yet',))}"
    yield Outcome.HOLD, f"4.2 is {_letters('4.2', ('no',))}"


def _end() -> Iterator[SheetLine]:
    yield SheetLine("heading", "Always")
    yield SheetLine("words", wording.ASK_A_LEAD)
    yield SheetLine(
        "words", wording.ANYONE_CAN_REFER.format(service="children's or adult social care", number=ON_PAGE_ONE)
    )
    yield SheetLine("words", wording.KEEP_IT)
    yield SheetLine("blank", "I phoned (role, not name), at: ")
    yield SheetLine("blank", f"{REASON} No names: ")


_STYLE = """@page{size:A4;margin:15mm}body{font:11pt/1.35 sans-serif;max-width:180mm;margin:auto;color:#000}
h1{font-size:16pt}h2{font-size:13pt;border-bottom:1px solid #000;break-after:avoid}p{margin:.15em 0}
.strong{font-weight:bold;margin-top:.6em;break-after:avoid}.box{padding-left:1.5em;text-indent:-1.5em}
.blank{border-bottom:1px solid #000;padding-top:.8em}p,h2{break-inside:avoid}
table{width:100%;border-collapse:collapse}td{padding:0}tfoot td{font-size:8pt;text-align:center;padding-top:4mm}
@media print{body{font-size:9.5pt;line-height:1.25}}
@page{@bottom-right{content:"Page " counter(page) " of " counter(pages);font-size:8pt}}"""


def as_html(organisation: Organisation) -> str:
    """Return the sheet as a page to print from a browser. It runs no script and loads nothing."""
    title = escape(lines(organisation)[0].words)
    body = "\n".join(map(_html, lines(organisation)))
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    top = f'<!doctype html>\n<html lang="en-GB"><head>{head}\n<style>{_STYLE}</style></head>'
    # A browser repeats a table's foot on every printed page: a loose page still says whom to call.
    foot = f"<tfoot><tr><td>{escape(wording.DANGER)}</td></tr></tfoot>"
    table = f"<table>{foot}<tbody><tr><td>\n{body}\n</td></tr></tbody></table>"
    return f"{top}\n<body>\n{table}\n</body></html>\n"


def _html(line: SheetLine) -> str:
    words = escape(line.words)
    match line.kind:
        case "title":
            return f"<h1>{words}</h1>"
        case "heading":
            return f"<h2>{words}</h2>"
        case "box":
            return f'<p class="box">&#9744; {line.mark}) {words}</p>'
        case "words":
            return f"<p>{words}</p>"
        case kind:
            return f'<p class="{kind}">{words}</p>'
