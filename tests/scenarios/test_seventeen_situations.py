"""Seventeen situations played through the bot: every word as staff, lead, deputy and independent contact read it."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.config.organisation import Break, Hours, Organisation, example_organisation_path, load_organisation
from bot.config.roster import facts_of
from flows.engine.wording import NEVER_SAID
from tests import harness
from tests.harness import Stage, Ticks, card_of, opened, page_of, sees_nothing, words_of
from tests.scenarios.situations import (
    CHANNEL,
    DATA,
    DEPUTY,
    FRIDAY,
    INDEPENDENT,
    LEAD_ONE,
    LEAD_TWO,
    SITUATIONS,
    Act,
    LeaveOut,
    Press,
    Send,
    Situation,
)

LAW = json.loads((Path(__file__).parents[1] / "data/checklist.json").read_text(encoding="utf-8"))
ADVICE: dict[str, str] = {one["id"]: one["words"] for one in LAW["advice"]}
NAMES = {LEAD_ONE: "Lead one", LEAD_TWO: "Lead two", DEPUTY: "Deputy one", INDEPENDENT: "Independent contact"}
REASON = "They can have it from the office."
FOOTER = ("need to know", "NSPCC: 0808 800 5000", "ocial care yourself, at any time: 020 7946 011", "0800 028 0285")


AHEAD = 8
"""Days from today on which a story begins, at the earliest."""


def _next_friday() -> date:
    """The Friday of a story that begins now; a day is never about to end in it."""
    day = datetime.now(UTC).date() + timedelta(days=AHEAD)
    return day + timedelta(days=(FRIDAY - day.weekday()) % 7)


def test_there_are_seventeen() -> None:
    """Each with a name of its own."""
    assert len({one.name for one in SITUATIONS}) == 17


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda one: one.name)
def test_the_right_words_reach_the_right_people_in_time(
    situation: Situation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every step the staff member has what they need; whoever is told reads what it is; nobody else hears of it."""
    friday = _next_friday() if situation.when[0] == FRIDAY else None
    if friday is not None:
        monkeypatch.setattr(harness, "load_organisation", lambda _: _with_a_break_after(friday))
    with harness.stage(tmp_path) as stage:
        stage.to_next(*situation.when, after=AHEAD)
        stage.begin()
        for act in situation.acts:
            _do(stage, act)
            _true_at_every_step(stage)
        _card_at_the_end(stage, situation)
        _whoever_is_told(stage, situation)
        _summary(stage, situation)
        _nobody_else(stage, situation)
        _later(stage, situation)


def _with_a_break_after(friday: date) -> Organisation:
    """The example, with a half-term of nine days after this Friday."""
    found = load_organisation(example_organisation_path())
    half_term = Break(first=friday + timedelta(days=1), last=friday + timedelta(days=9))
    hours = found.hours.model_dump() | {"breaks": [half_term]}
    return found.model_copy(update={"hours": Hours.model_validate(hours)})


def _do(stage: Stage, act: Act) -> None:
    match act:
        case Press(button):
            stage.press(button)
        case LeaveOut(names):
            stage.leave_out(*names)
        case Send(story):
            _send(stage, story)
        case _:
            stage.answer(act)
    stage.settle()


def _send(stage: Stage, story: str) -> None:
    """Nothing is sent without a word of what happened, or a second press; nor without a reason where nobody is told."""
    stage.press("Check your answers")
    opened(stage.staff, "Check your answers")
    modal = stage.staff.modal
    assert modal is not None
    boxes = {str(block.get("block_id")) for block in modal.blocks if block["type"] == "input"}
    if "reason" in boxes:
        assert stage.staff.submit({"reason": ""}).error
        stage.staff.submit({"reason": REASON})
        return
    stage.staff.submit({"story": story} if story else {})
    if not story:
        assert "press Send without it: I will tell them myself." in stage.staff.text()
        stage.staff.submit()


def _card(stage: Stage) -> str:
    return re.sub(r"<!date[^>]*>", "10:00", words_of(card_of(stage.staff)))


def _true_at_every_step(stage: Stage) -> None:
    """Whatever is known by now: who was told, numbers, 999 and the footer; and nothing that blames or sends away."""
    said = _card(stage)
    plain = said.lower()
    assert [phrase for phrase in NEVER_SAID if phrase in plain] == []
    if stage.case() is None:
        assert "I have told" not in said
        return
    told = [NAMES[one] for one in stage.paged() if one in NAMES]
    assert told
    assert [name for name in told if f"- {name}: 020 7946 010" not in said] == []
    assert [name for name in NAMES.values() if name not in told and name in said] == []
    for part in ("I have told", "Numbers for now:", "999", *FOOTER):
        assert part in said, part


def _card_at_the_end(stage: Stage, situation: Situation) -> None:
    stage.staff.wait_for(lambda: all(words in _card(stage) for words in situation.says))
    said = _card(stage)
    _never(stage, situation)
    given = [one for one, words in ADVICE.items() if _filled(stage, words) in said]
    assert given == list(situation.advice)


def _never(stage: Stage, situation: Situation) -> None:
    said = _card(stage).lower()
    assert [words for words in situation.never if words.lower() in said] == []


def _filled(stage: Stage, words: str) -> str:
    """Advice as the law has it, with the names of those who were told, or would be, and the numbers of now."""
    services = stage.bot.services
    told = tuple(one for one in services.roster.everyone if services.roster.slack[one] in stage.paged())
    out = stage.check().answers.get("S2", ())
    facts = facts_of(services.organisation, told or _would_be(out), now=services.clock.now())
    adult = stage.check().answers.get("3.1.5", ("",))[0].startswith("adult")
    places = facts.places(adult=adult, consent_from=None)
    filled = words.format_map({**places, "data_protection": ", and the data protection lead"})
    return filled[0].upper() + filled[1:]


def _would_be(out: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in ("lead-1", "lead-2") if one not in out)


def _whoever_is_told(stage: Stage, situation: Situation) -> None:
    """The phone shows reference, urgency and time; the page what the check comes to, and no answer of it."""
    assert stage.paged() == situation.told - {DATA}
    ref = stage.check().ref
    for account in situation.told & set(NAMES):
        person = stage.workspace.person(account)
        pushed = [one.phone for one in person.pushes if ref in one.phone]
        assert pushed
        assert all(f"{ref}, {situation.push}. Open Slack to see it." in one for one in pushed)
        page = words_of(page_of(person))
        assert [words for words in situation.page if words not in page] == []
        assert not [label for label in _labels(situation) if label in page]
    if DATA in situation.told:
        assert "a possible data breach" in stage.workspace.person(DATA).text()


def _labels(situation: Situation) -> list[str]:
    """Answers that must not stand in a message to others: those long enough to be no other word."""
    ticked = [label for act in situation.acts if isinstance(act, Ticks) for label in act.labels]
    pressed = [act for act in situation.acts if isinstance(act, str)]
    return [label for label in (*ticked, *pressed) if len(label) > len("Not sure")]


def _summary(stage: Stage, situation: Situation) -> None:
    """The first of those asked opens it: all that is known, and what the staff member was told to do."""
    asked = [one for one in NAMES if one in situation.told]
    if not asked:
        assert stage.case() is None
        return
    reader = stage.workspace.person(asked[0])
    stage.open("Open", "Summary", reader)
    said = reader.text()
    assert [words for words in situation.summary if words not in said] == []
    assert [one for one in situation.advice if _filled(stage, ADVICE[one]) not in said] == []
    assert "In an emergency: 999" in said
    reader.close(whole_stack=True)


def _nobody_else(stage: Stage, situation: Situation) -> None:
    """Whoever is not told sees and hears nothing; the leads' channel is read by leads and deputies."""
    readers = set(situation.told) | ({LEAD_ONE, LEAD_TWO, DEPUTY} if CHANNEL in situation.told else set())
    ref = stage.check().ref
    for account in (*NAMES, DATA, "U0STAFF2"):
        person = stage.workspace.person(account)
        if account not in readers:
            assert sees_nothing(person) or ref not in person.text()
            assert not [one for one in person.pushes if ref in one.phone or ref in one.desktop]


def _later(stage: Stage, situation: Situation) -> None:
    """Nobody answers: who is asked, and when."""
    case = stage.case()
    for place, (minutes, asked) in enumerate(situation.later):
        assert case is not None
        wanted = case.raised_at + timedelta(minutes=minutes, seconds=10 * place)  # Each ask counts from the one before.
        stage.pass_time(seconds=(wanted - stage.bot.services.clock.now()).total_seconds())
        assert stage.paged() == asked, minutes
        _true_at_every_step(stage)
        _never(stage, situation)
