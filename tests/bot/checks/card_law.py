"""What must hold of the words on a reporter's card, whoever made it: the law's invariants, read from the answers."""

import re
from collections.abc import Iterator

from bot.check_view import CheckView
from bot.slack.block_kit import Message
from flows.audit.rendered import FOOTER, expected_advice, is_adult
from flows.case import CheckStatus, Cover
from flows.checklist import CHECKLIST
from flows.engine.wording import NEVER_SAID
from tests.bot.builders import ORGANISATION
from tests.bot.slack.limits import elements, words

Found = tuple[str, str]
_ROLE = re.compile(r"\b(?:a|an|another|the|your) (?:safeguarding )?leads?\b|\bask a lead\b", re.IGNORECASE)
_DATE = re.compile(r"<!date\^[^>]*>")
_OUR_WORDS = "If this is about one of our safeguarding leads, or someone close to them, leave them out."


def broken(view: CheckView, message: Message) -> Iterator[Found]:
    """Find every invariant that this card breaks, with how."""
    said = _DATE.sub("10:00", words(message.blocks))
    yield from _always(view, said)
    yield from _everybody_told(view, said)
    if view.decision.page:
        yield from _helps(view, said)
    yield from _advice(view, said)
    if "ask_lead" not in {one["action_id"] for one in elements(message.blocks)}:
        yield "I15", "nobody can be asked with one press"


def _always(view: CheckView, said: str) -> Iterator[Found]:
    plain = said.lower()
    if "{" in said or "none:" in plain:
        yield "I31", "a placeholder is not filled"
    asks_only = view.check.status is CheckStatus.DRAFT and view.check.cover is None and view.question
    if view.decision.page or view.case or not asks_only:  # where nothing calls for help the question has the card
        ask = "ask a lead" if view.may_tell_a_lead else "ask for help"
        footer = (ask, *FOOTER[1:])
        yield from (("I15", f'the footer lacks "{part}"') for part in footer if part not in plain)
    yield from (("I16 and I17", f'it says "{phrase}"') for phrase in NEVER_SAID if phrase in plain)
    if is_adult(view.progress.answers) and "hildren's social care" in plain and "adult social care" not in plain:
        yield "I33", "only children's services are given"
    if view.progress.answers.get("S1", ("no",)) != ("no",):
        asked = view.question.ask if view.question and view.question.ask in said else "Numbers for now:"
        if "999" not in said.partition(asked)[0]:
            yield "I1", "999 does not come first"


def _everybody_told(view: CheckView, said: str) -> Iterator[Found]:
    """Name nobody who is not told; and where no lead is, mean none."""
    told = view.facts.recipients
    for person in ORGANISATION.everyone:
        if person.name in said and person.name not in told:
            yield "I30", f"it names {person.name}"
    if view.facts.tells_a_lead or "S2" not in view.progress.answers:
        return
    for option in CHECKLIST["S2"].options:
        said = said.replace(option.label, "")  # Their own answer, quoted.
    if meant := _ROLE.search(said.replace(_OUR_WORDS, "")):
        yield "I30", f'it speaks of "{meant[0]}", and none was told'


def _helps(view: CheckView, said: str) -> Iterator[Found]:
    """Hold every state to who was told, the numbers for now, 999, and whom not to tell."""
    if not all(name in said for name, _ in view.facts.phones):
        yield "I25", "it does not say who was told, or would be"
    if "Numbers for now:" not in said or not all(f"- {name}: {number}" in said for name, number in view.facts.phones):
        yield "I25", "the numbers of those who were told are missing"
    if "ocial care: " not in said:
        yield "I25", "the number of social care is missing"
    if "999" not in said:
        yield "I25", "the 999 line is missing"
    hidden = view.check.cover is Cover.HIDDEN
    if not hidden and "3.1.6" not in view.progress.answers and "do not tell them or the family yet" not in said:
        yield "I26", "what is not known is not treated as: do not tell"
    if hidden and ("Because you said" in said or any(question.ask in said for question in CHECKLIST)):
        yield "I25", "a hidden card shows answers"


def _advice(view: CheckView, said: str) -> Iterator[Found]:
    """Hold the advice to what these answers call up, every word of it and nothing else."""
    given = view.progress.answers
    wanted = expected_advice(given)
    for one in CHECKLIST.advice:
        full = view.facts.fill(one.words, adult=is_adult(given))
        if one.id in wanted and full not in said:
            yield "I31", f"the advice {one.id} is missing"
        if one.id not in wanted and full in said:
            yield "I31", f"the advice {one.id} is there, and no answer calls it up"
