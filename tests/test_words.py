"""The words gate: whatever a person may meet is plain, complete and kind. `make check` runs it.

Two nets. Every string in the source is measured by itself, so no state of a screen is forgotten; and whole messages
are measured as they are shown. What is over the limit and cannot change is listed with its grade, and gets no worse.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.alarms import messages as alarms
from bot.cases import page as case_page
from bot.cases.notices import notice
from bot.cases.page import page
from bot.cases.summary import summary
from bot.checks.card import card
from bot.cover import messages as cover
from bot.home.blocks import home, learn
from bot.practice import modals as practice
from bot.slack.block_kit import Message
from flows.case import CaseStatus, CheckStatus, Cover, Told
from flows.checklist import CHECKLIST
from flows.engine.wording import NEVER_SAID
from flows.events import EventKind
from flows.model import Consent, Level, Option, Outcome, Question
from flows.training.practice import SITUATIONS
from tests import words_windows
from tests.bot.builders import ORGANISATION, SHEETS, case, check, entry, led, sent, view
from tests.bot.slack.limits import words
from tests.flows.builders import calm_but
from tests.reading import grade, sentences, syllables, whole
from tests.words_shown import PLACEHOLDER, READ_BY_OPERATORS, Shown, collect, in_source

pytestmark = pytest.mark.docs

LAW = Path(__file__).parent / "data/checklist.json"
HARDEST_STRING = 7.0
"""A reader of twelve."""
HARDEST_MESSAGE = 5.0
"""What is read in a hurry, or on a phone: a reader of ten or eleven."""
MOST_PLEASES = 2
"""More is begging."""
NAMES = re.compile(
    r"safeguarding (?:leads?|policy)|independent contact|data protection lead|(?:children's|adult) social care|"
    r"emergency|information sharing (?:checklist|policy)|whistleblowing|parental responsibility|lado\b",
    re.IGNORECASE,
)
"""Names of roles, services and papers, which are not ours to choose. Each counts as one short word."""
NO_WORDS_OF_OURS = re.compile(r"^\s*<|^\s*'use strict'|\b[a-zA-Z]+_\w+|^'.*otherwise nothing$", re.DOTALL)
"""Markup and scripts, whose words are measured where they are made; and rules, which name options by their ids."""
NOT_SHOWN = (
    *("flows/audit/", "flows/derived.py", "flows/formats/compare.py", "flows/formats/side_by_side.py"),
    "flows/formats/export.py",
)
"""What the audit and the comparison print for those who change the checklist; the rest of derived.py is the law's."""

HARDEST_FOR_OPERATORS = 9.0
"""Whoever runs it reads at a desk, and must know things by the names they have: configuration, connection, certificate.

The messages are short; most of them stay under the limit for staff.
"""
OPERATORS_NAMES = re.compile(
    r"\b[\w.+/-]*\.(?:toml|env|py|yml)\b|\S+://\S+|PostgreSQL|SQLite|--[\w-]+|\bSHARE_CHECK_\w+"
)
"""Files, addresses, programs and options: one short word each, as they can be copied and are not read."""

KEPT = {
    "You do not need consent to talk to a lead or, where a child": 8.9,
    "the young person if they understand, otherwise a parent": 12.0,
    "Sexual abuse or exploitation, online too": 12.4,
    "Being drawn into violent or extreme views": 7.5,
}
"""The law pins these words (tests/data/checklist.json): how each starts, and its grade. None of them gets worse."""
KEPT_MESSAGES = {"card before S4": 5.3, "change S4": 5.3, "why 3.1.5": 5.3}
"""Messages that are little else than words the law pins, each with its grade: S4 must name every kind of harm, and
3.1.5 who decides for whom."""
YES_IS_SAFE = {
    "3.1.1": True,
    "3.1.2": False,
    "3.1.3": False,
    "3.1.4": None,
    "3.1.5": None,
    "3.1.6": None,
    "3.1.7": True,
    "3.1.8": None,
    "3.2.1": None,
    "3.2.2": True,
    "3.2.3": None,
    "3.3.1": True,
    "3.3.2": True,
    "3.3.3": True,
    "3.3.4": True,
    "3.4.1": True,
    "3.4.2": True,
}
"""For each of the policy's questions, whether "yes" is the answer that leaves nothing to sort out.

None where neither yes nor no says so, or both do: a choice of words, ticks, or (3.1.4, 3.2.3) either may be in order.
"""


@cache
def _policys_own() -> frozenset[str]:
    """The policy's words, which stand beside ours and stay as they were written."""
    return frozenset(question.policy_words for question in CHECKLIST if question.policy_words)


def _is_the_policys(text: str) -> bool:
    return text in {re.sub(r"\{\w*\}", PLACEHOLDER, own) for own in _policys_own()}


def read_as(text: str) -> str:
    """Leave out Slack's marks, and put one short word for each name, number and address."""
    text = re.sub(r"<[^>|]+\|([^>]+)>|[*_`~]", r"\1", text)
    text = re.sub(r"<[@#!][^>]+>|https?://\S+|\b[A-Z]{2}-\w{4}\b|\b\d[\d:. ]*\d\b", PLACEHOLDER, text)
    return NAMES.sub(PLACEHOLDER, text)


def too_hard(text: str, hardest: float = HARDEST_STRING) -> float | None:
    """Return the grade where it is over the limit."""
    reached = grade(whole(read_as(text)))
    return reached if reached > hardest else None


def unkind(text: str) -> Iterator[str]:
    """Find what must stand in no words of ours: shouting, a phrase that discourages, a picture in place of words."""
    if re.search(r"[a-z]!(?:\s|$|['\"])", text):
        yield "an exclamation mark"
    yield from (f'"{phrase}"' for phrase in NEVER_SAID if phrase in text.lower())
    if re.fullmatch(r"(?::\w+:|[\U0001F300-\U0001FAFF\u2600-\u27BF\uFE0F\s])+", text):
        yield "an emoji alone"
    if text.lower().count("please") > MOST_PLEASES:
        yield f"please more than {MOST_PLEASES} times"


def _kept(text: str) -> float | None:
    return next((limit for start, limit in KEPT.items() if text.startswith(start)), None)


def _shown() -> list[Shown]:
    """Everything in the source but the policy's own words and what is no reading."""
    return [
        one
        for one in collect()
        if not _is_the_policys(one.text)
        and not one.file.startswith(NOT_SHOWN)
        and not NO_WORDS_OF_OURS.search(one.text)
    ]


def test_no_string_is_harder_than_a_reader_of_twelve_can_read() -> None:
    """Each is named with its place and grade, so that whoever wrote it can put it plainly."""
    shown = _shown()
    assert len(shown) > 1000  # The net is not torn.
    hard = [f"{each.where} {found:.1f}: {each.text}" for each in shown if (found := too_hard(each.text, _limit(each)))]
    assert hard == []


def _limit(shown: Shown) -> float:
    return _kept(shown.text) or HARDEST_STRING


def test_what_stays_hard_is_the_laws_and_is_still_there() -> None:
    """Nobody lists words of their own choosing, and what was made plain leaves the list."""
    law = json.loads(LAW.read_text(encoding="utf-8"))
    pinned = list(_strings(law))
    texts = [each.text for each in _shown()]
    for start, limit in KEPT.items():
        assert any(text.startswith(start) for text in texts), f"gone: {start}"
        assert any(start.lower() in text.lower() for text in pinned), f"not pinned by the law: {start}"
        assert any(text.startswith(start) and too_hard(text) for text in texts), f"plain now: {start}"
        assert all(grade(whole(read_as(text))) <= limit for text in texts if text.startswith(start))


def _terminal() -> list[Shown]:
    texts = collect(READ_BY_OPERATORS, terminal=True)
    read = (one for one in texts if not re.match("SELECT|INSERT|UPDATE|ALTER|CREATE|PRAGMA", one.text))
    return [Shown(one.file, one.line, OPERATORS_NAMES.sub(PLACEHOLDER, one.text)) for one in read]


def test_what_an_operator_reads_is_plain_too() -> None:
    """Help and messages of the commands, what doctor finds and how to mend it, settings and their errors."""
    shown = _terminal()
    assert {one.file.split("/")[1] for one in shown} >= {"cli", "doctor", "config", "backup", "engine"}
    measured = [(each, too_hard(each.text, HARDEST_FOR_OPERATORS)) for each in shown]
    assert [f"{each.where} {found:.1f}: {each.text}" for each, found in measured if found] == []
    hard = [each for each in shown if too_hard(each.text)]
    assert len(hard) < len(shown) / 40  # The higher limit is for a few.
    assert [f"{each.where} {why}: {each.text}" for each in shown for why in unkind(each.text)] == []


def test_help_of_a_command_and_an_error_are_among_them() -> None:
    """A docstring of click's command is what `--help` prints; a raised error is printed as it is."""
    texts = [one.text for one in collect(READ_BY_OPERATORS, terminal=True)]
    assert any(text.startswith("Say what a sheet of answers comes to.") for text in texts)
    assert any("--head has no head in it" in text for text in texts)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inside in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _strings(inside)


def test_no_string_shouts_discourages_or_is_a_picture_alone() -> None:
    """I17, and the tone of every word."""
    phrases = {*NEVER_SAID}
    found = [
        f"{each.where} {why}: {each.text}"
        for each in _shown()
        if each.text not in phrases  # The list of what is never said.
        for why in unkind(each.text)
    ]
    assert found == []


# Whole messages


def _cards() -> Iterator[tuple[str, Message]]:
    order = list(CHECKLIST.by_id)
    for outcome, sheet in SHEETS.items():
        for told in Told:
            for status in (CheckStatus.SENT, CheckStatus.CLOSED):
                if outcome is not Outcome.UNFINISHED:
                    of = sent(outcome, status=status)
                    yield f"card of {outcome}, {told}, {status}", card(view(of, case(of) if of.level else None, told))
        for place in range(len(order)):
            answers = {one: given for one, given in sheet.items() if order.index(one) < place}
            for cover_of in (None, *Cover):
                of = check(answers, cover=cover_of)
                a_case = case(of) if of.level >= Level.CONSULT_URGENT else None
                yield f"card before {order[place]}, {outcome}, {cover_of}", card(view(of, a_case))


def _to_leads() -> Iterator[tuple[str, Message]]:
    for outcome in (Outcome.EMERGENCY, Outcome.CONSULT_URGENT, Outcome.CONSULT, Outcome.CONSULT_READY):
        of = sent(outcome)
        for ask in (1, 2, 3):
            yield f"page {ask} of {outcome}", page(view(of, case(of, asks=ask)), case(of, asks=ask), ask)
        yield f"page of {outcome}, led", page(view(of, led(of)), led(of), 1)
        yield f"page of {outcome}, closed", page(view(of, led(of, status=CaseStatus.CLOSED)), led(of), 1)


TOLD = [kind for kind in EventKind if kind.properties.tells_reporter]


def _to_staff() -> Iterator[tuple[str, Message]]:
    of = sent(Outcome.CONSULT)
    for status in CaseStatus:
        for decision in (None, "share", "not_for_now"):
            a_case = led(of, status=status, decision=decision, plan_round=1)
            for what in TOLD:
                event = entry(what, 9, round=1)
                made = notice(view(of, a_case, entries=[event]), a_case, event)
                if made is not None:
                    yield f"notice of {what}, {status}, {decision}", made


def _alarms() -> Iterator[tuple[str, Message]]:
    yield "alarm", alarms.alarm(is_well=False)
    yield "alarm over", alarms.alarm(is_well=True)
    yield "broken seal", alarms.broken()
    yield "marked away", cover.marked_away()
    yield "closed account", cover.closed_account()


def windows() -> Iterator[tuple[str, Mapping[str, Any]]]:
    more = learn("You last finished one on Monday.", sees_who=True)
    yield "home", home([check(calm_but()), sent(Outcome.HOLD)], ORGANISATION, more_for_them=more)
    yield "who has practised", practice.who({}, ["U0STAFF"])
    yield "home, slow", home([], ORGANISATION, is_well=False)
    yield "practice, choose", practice.choose()
    for situation in SITUATIONS:
        for question in CHECKLIST:
            at = practice.Practice(situation, {})
            yield f"practice {situation.id}, {question.id}", practice.ask(at, question, Level.NONE)
    for outcome in (Outcome.CONSULT_URGENT, Outcome.CONSULT):
        of = sent(outcome)
        yield f"summary of {outcome}", summary(view(of, case(of)), case(of))
    of = sent(Outcome.CONSULT)
    for status in (CaseStatus.LED, CaseStatus.AGREED):
        a_case = led(of, status=status, decision="share" if status is CaseStatus.AGREED else None, plan_round=1)
        yield f"more of a case, {status}", case_page.more(view(of, a_case), a_case)


MESSAGES: Sequence[Callable[[], Iterator[tuple[str, Message]]]] = (_cards, _to_leads, _to_staff, _alarms)


def as_shown(shown: object) -> str:
    """Return everything that is shown, with times as Slack writes them."""
    text = shown if isinstance(shown, str) else words(shown)
    text = re.sub(r"<!date\^[^|>]*\|[^>]*>", "10:02", text)
    return text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")


def _measured(text: str) -> str:
    """Leave out the policy's own words, which a window shows as they are."""
    leads = " or ".join(one.name for one in ORGANISATION.leads)
    for own in (one.replace("{leads}", leads) for one in _policys_own()):
        text = text.replace(own, "").replace(own.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}"), "")
    return text


def wrong_in(name: str, text: str) -> Iterator[str]:
    """Name what is wrong with a whole message."""
    hardest = next((limit for start, limit in KEPT_MESSAGES.items() if name.startswith(start)), HARDEST_MESSAGE)
    if found := too_hard(_measured(text), hardest):
        yield f"{name} is of grade {found:.1f}"
    if unfilled := re.findall(r"\{\w*\}", text):
        yield f"{name} has words that nobody filled in: {unfilled}"
    yield from (f"{name} says {why}" for why in unkind(text))


@pytest.mark.parametrize("made", MESSAGES, ids=lambda made: made.__name__)
def test_every_message_is_plain_complete_and_read_aloud(made: Callable[[], Iterator[tuple[str, Message]]]) -> None:
    """`text` is what a screen reader and a lock screen have: it is never empty."""
    count = 0
    for name, message in made():
        count += 1
        assert list(wrong_in_message(name, message)) == []
    assert count


def wrong_in_message(name: str, message: Message) -> Iterator[str]:
    """Name what is wrong with its blocks, or with its text: what is read aloud, and stands on a locked phone."""
    if not message.text.strip():
        yield f"{name} says nothing to a screen reader"
    yield from wrong_in(name, as_shown(message.blocks))
    yield from wrong_in(name, as_shown(message.text))


def test_every_window_is_plain_and_complete() -> None:
    """Home, practice and a lead's summary."""
    assert [wrong for name, window in windows() for wrong in wrong_in(name, as_shown(window))] == []


def test_every_window_e_mail_and_digest_is_plain_and_complete() -> None:
    """Each as a whole, as far as nobody has to type it."""
    shown = [*words_windows.windows(), *words_windows.digests()]
    assert len(shown) > 100
    wrong = [each for name, window in shown for each in wrong_in(name, as_shown(window))]
    wrong += [each for name, letter in words_windows.letters() for each in wrong_in(name, letter)]
    assert wrong == []


PLANTED = (
    "Notwithstanding previous communication, confidentiality considerations necessitate appropriate authorisation.",
    "Utilise the aforementioned organisational procedure whenever circumstances necessitate notification.",
)


# Polarity


def _worries(option: Option) -> bool:
    """Whether this answer leaves something to sort out, to ask or to keep in mind."""
    raised = option.level > Level.NONE or option.unsure or option.sensitive or option.hold_informing
    to_sort = bool(option.fix or option.task or option.need_consent == "yes")
    return raised or to_sort or option.consent in {Consent.NONE, Consent.REFUSED}


def _safe_where_yes(question: Question) -> bool | None:
    options = question.options
    yes = [_worries(option) for option in options if re.match(r"Yes\b", option.label)]
    no = [_worries(option) for option in options if re.match(r"No\b|Not yet", option.label)]
    if not yes or (False in yes) == (False in no):
        return None
    return False in yes


def test_a_rewording_turns_no_question_round() -> None:
    """Somebody who says "yes" to the policy's question says "yes" to ours; the effects show which way it points."""
    assert {one.id: _safe_where_yes(one) for one in CHECKLIST if one.is_policy} == YES_IS_SAFE


@pytest.mark.parametrize("question", [one for one, safe in YES_IS_SAFE.items() if safe is not None])
def test_a_rewording_that_turned_round_would_be_found(question: str) -> None:
    """The words "Yes" and "No" change places and the effects stay: the policy's question would be answered wrongly."""
    other = {"Yes": "No", "No": "Yes", "Not yet": "Yes"}
    turned = [
        replace(option, label=re.sub(r"^(?:Yes|Not yet|No)\b", lambda found: other[found[0]], option.label))
        for option in CHECKLIST[question].options
    ]
    there = _safe_where_yes(replace(CHECKLIST[question], options=tuple(turned)))
    assert there is not YES_IS_SAFE[question]


def test_a_message_that_says_nothing_to_a_screen_reader_would_be_found() -> None:
    """What stands in blocks alone is not read aloud everywhere."""
    silent = Message("", [{"type": "section", "text": {"type": "mrkdwn", "text": "I have told a lead."}}])
    assert list(wrong_in_message("a message", silent)) == ["a message says nothing to a screen reader"]


@pytest.mark.parametrize("text", PLANTED)
def test_a_hard_error_or_help_of_a_command_would_be_found(text: str) -> None:
    """Read in the terminal, and measured there only."""
    source = f'''
@main.command()
def drill():
    """{text}"""
    raise click.UsageError("{text}")
'''
    assert [each for _, each in in_source(source, terminal=True) if too_hard(each, HARDEST_FOR_OPERATORS)] == [text] * 2
    assert list(in_source(source)) == []


def test_which_harm_is_worse_is_never_a_yes_or_a_no() -> None:
    """docs/rules.md: 3.1.8 says which, in words."""
    assert not [one.label for one in CHECKLIST["3.1.8"].options if re.match(r"(?:Yes|No)\b", one.label)]


# The gate itself


SYLLABLES = {
    1: "a the have one asked rule while our place through shared used reach notes",
    2: "people someone being yourself notice social worker pages closes careful hurting going answer",
    3: "family anyone recorded consenting everything adviser possible separate serious violence",
    4: "everybody situation independent available understanding confidently",
    5: "organisation university",
}


@pytest.mark.parametrize(("count", "of"), SYLLABLES.items())
def test_syllables_are_counted_as_they_are_said(count: int, of: str) -> None:
    """Held against a dictionary of pronunciation when it was chosen: docs/decisions/0005-libraries.md."""
    assert {word: syllables(word) for word in of.split()} == dict.fromkeys(of.split(), count)


def test_short_labels_and_several_lines_are_not_read_as_sentences() -> None:
    """A button is no sentence, and two lines are no long one."""
    assert whole("Take this over? Leave it") == []
    assert len(sentences("Who may see it:\nOnly you and the leads. Nobody else")) == 3
    assert grade([]) == 0.0


@pytest.mark.parametrize("text", PLANTED)
def test_a_string_that_is_too_hard_would_be_found(text: str) -> None:
    """In a constant and in the middle of an f-string alike; never in a docstring or a log."""
    before, after = text[:30], text[30:]
    source = f'''
"""{text} A docstring."""
WORDS = "{text}"
def shown(who):
    """{text}"""
    log.info("{text}")
    return f"{{who}}, {before}" f"{after}"
'''
    found = [(line, each) for line, each in in_source(source) if too_hard(each)]
    assert found == [(3, text), (7, f"{PLACEHOLDER}, {text}")]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("I have told {told} about it.", "nobody filled in"),
        ("Thank you, that is great!", "an exclamation mark"),
        ("This was not serious enough to tell us.", "not serious enough"),
        ("You should have asked first.", "should have"),
        ("\N{WARNING SIGN}", "an emoji alone"),
        (":warning:", "an emoji alone"),
        ("Please wait. Please listen. Please answer.", "please more than"),
        (PLANTED[0], "of grade"),
    ],
)
def test_a_message_that_is_wrong_would_be_found(text: str, wrong: str) -> None:
    """Each way of being wrong is told from the others."""
    [found] = {each for each in wrong_in("a message", text) if wrong in each}
    assert found.startswith("a message ")


def test_names_times_and_marks_are_not_held_against_a_message() -> None:
    """They are not ours to choose, and Slack shows them in its own way."""
    said = (
        "*Lead one* asks the <@U0STAFF> before <!date^1790000000^{time}|10:02>. Read <https://example.org/a|this page>."
    )
    assert list(wrong_in("a message", as_shown(said))) == []
    plain = "Talk with the safeguarding lead or the independent contact now."
    assert too_hard(plain, HARDEST_MESSAGE) is None
