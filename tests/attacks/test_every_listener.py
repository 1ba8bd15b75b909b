"""Every listener, pressed by everybody it is not for, with ids that are theirs, another's, unknown or destroyed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.access_requests import listeners as requests
from bot.breaches import listeners as breaches
from bot.cases import aftercare, gated
from bot.checks import listeners as conversation
from bot.permission import MATRIX, Act, Role, may
from bot.records import modals
from bot.retention import modals as retention
from flows.events import EventKind
from tests.attacks import every_listener as at
from tests.attacks.every_listener import Answer, Booth, Listener, open_booth
from tests.attacks.listeners import (
    ANYBODY,
    CARRIES,
    LISTED,
    NO_BUTTON,
    OF_A_CHECK,
    OWN,
    WAYS_IN,
    as_pressed,
    state_of,
    value_for,
)
from tests.flows.builders import calm_but

STRANGERS = (at.COLLEAGUE, at.GUEST, at.OTHER, at.ADMIN, at.UNKNOWN)
REFUSALS = (
    gated.NOT_FOUND,
    gated.NOT_LEADING,
    gated.NOT_FOR_REPORTER,
    conversation.NOT_YOURS,
    aftercare.CHANGED,
    retention.NOT_YOURS,
    modals.NOTHING_FOUND,
    requests.CHANGED,
    "This check has changed, or you no longer lead it.",
    breaches.CHANGED,
    "This record has changed, or is not yours to export.",
    "This is out of date. There is nothing to see here.",
    "Nothing was changed.",
    "Nothing was deleted: somebody else was quicker.",
    "The file is being made.",
    '{"response_action": "clear"}',
)
"""Everything that somebody is told who may not."""


@dataclass(frozen=True)
class Scene:
    """A case with all there can be in it; Lead two is left out of it. request: a subject access request."""

    booth: Booth
    check: str
    request: str
    about: dict[str, object]

    def press(self, who: str, check: str, listeners: tuple[Listener, ...] = OF_A_CHECK) -> dict[Listener, Answer]:
        """Each of these once, with everything about it as it should be but the person and the check."""
        return {one: self.press_one(one, who, check) for one in listeners}

    def press_one(self, one: Listener, who: str, check: str) -> Answer:
        value = value_for(one, check, self.about, self.request)
        return self.booth.press(as_pressed(one), who, value, state_of(one, check, self.about))


def _asked(booth: Booth) -> str:
    """A subject access request, opened by Lead one."""
    window = {key: {"typed": {"type": "plain_text_input", "value": "Somebody"}} for key in ("name", "asked_by")}
    window["received"] = {"date": {"type": "datepicker", "selected_date": "2026-11-20"}}
    booth.press(Listener("view", "new_request"), at.LEAD_ONE, "", window)
    [row] = booth.kept()["requests"]
    return str(row[0])


@pytest.fixture
def booth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> Iterator[Booth]:
    """Afterwards nothing broke: no error, and no trace, in the log."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "sqlalchemy")  # every row in words, which takes longer than all the rest
    url = request.getfixturevalue("postgres_url") if getattr(request, "param", "sqlite") == "postgres" else None
    with open_booth(tmp_path, monkeypatch, url) as opened:
        yield opened
    broken = [each for each in caplog.records if each.levelno >= logging.ERROR or each.exc_info]
    assert [each.getMessage() for each in broken] == []
    assert "Traceback" not in caplog.text


@pytest.fixture
def scene(booth: Booth) -> Scene:
    check = booth.planned(left_out=("lead-2",))
    about: dict[str, object] = {what: booth.event(check, what) for what in (EventKind.QUESTION, EventKind.NOTE)}
    return Scene(booth, check, _asked(booth), about)


on_both = pytest.mark.parametrize(
    "booth", ["sqlite", pytest.param("postgres", marks=pytest.mark.needs_postgres)], indirect=True
)


def test_every_listener_is_for_something(booth: Booth) -> None:
    """A new button, window or command belongs in a table of listeners.py; one that is gone does not."""
    known = [*OF_A_CHECK, *LISTED, *ANYBODY]
    assert sorted(known) == sorted(set(known))
    assert sorted(booth.listeners) == sorted(known)
    assert {act for act in Act if not CARRIES[act]} == set(NO_BUTTON)


@on_both
@pytest.mark.parametrize("who", [*STRANGERS, at.LEAD_TWO])
def test_whoever_may_not_know_is_answered_as_if_there_were_nothing(scene: Scene, who: str) -> None:
    """Byte for byte, whatever they press: a check they are left out of, one never made, one that was destroyed."""
    gone = scene.booth.erased()
    before = scene.booth.kept()
    theirs = scene.press(who, scene.check)
    never, erased = scene.press(who, at.NO_CHECK), scene.press(who, gone)
    assert scene.booth.kept() == before
    assert {str(one): theirs[one] for one in OF_A_CHECK} == {str(one): never[one] for one in OF_A_CHECK}
    assert never == erased
    _are_refused(theirs)


def _are_refused(answers: dict[Listener, Answer]) -> None:
    assert {str(one): answer.status for one, answer in answers.items() if answer.status != 200} == {}
    assert {str(one): answer for one, answer in answers.items() if not _is_refused(answer)} == {}


def _is_refused(answer: Answer) -> bool:
    """Nothing came of it, or one of the constant sentences."""
    said = answer.body.replace('""', "") + "".join((*answer.words, *answer.screens))
    return said in ("", "{}") or any(words in said for words in REFUSALS)


REPORTERS = (Act.REPLY, Act.READ_PLAN, Act.AGREE)
BOTH = (Act.RECORD_SHARING, Act.CORRECT)
LEADS = tuple(act for act in Act if act not in (*REPORTERS, *BOTH))


@on_both
def test_the_reporter_does_nothing_that_is_a_leads(scene: Scene) -> None:
    """Nobody reviews themselves (I13): every button and window of the leads, by whoever raised it."""
    before = scene.booth.kept()
    pressed = scene.press(at.STAFF, scene.check, tuple(one for act in LEADS for one in CARRIES[act]))
    assert scene.booth.kept() == before
    _are_refused(pressed)


@on_both
@pytest.mark.parametrize("who", [at.LEAD_ONE, at.DEPUTY, at.INDEPENDENT])
def test_those_who_work_on_it_do_nothing_that_is_the_reporters(scene: Scene, who: str) -> None:
    """Nobody answers, agrees, changes or sends for somebody else, not even whoever leads it."""
    before = scene.booth.kept()
    pressed = scene.press(who, scene.check, (*OWN, *(one for act in REPORTERS for one in CARRIES[act])))
    assert scene.booth.kept() == before
    _are_refused(pressed)


@pytest.mark.parametrize("who", STRANGERS)
def test_what_is_for_people_on_the_list_is_for_nobody_else(scene: Scene, who: str) -> None:
    """Practice pages, days away, searches, requests and deletion lists."""
    before = scene.booth.kept()
    for value in ("", "1", scene.request):
        for listener, answer in scene.press(who, value, LISTED).items():
            assert answer.status == 200, listener
            assert scene.check not in answer.said, listener
    assert scene.booth.kept() == before


@pytest.mark.parametrize("who", [at.GUEST, at.OTHER])
def test_no_door_opens_for_guests_and_strangers(booth: Booth, who: str) -> None:
    """Each way in answers kindly, with a phone number, and starts nothing."""
    before = booth.kept()
    for listener in WAYS_IN:
        answer = booth.press(listener, who, "Child A. hit by B.")
        assert "I can only help staff of Social Sense." in answer.said
        assert "020 7946 0100" in answer.said
    assert booth.kept() == before


def _numbers() -> st.SearchStrategy[str]:
    return st.integers(min_value=-(10**40), max_value=10**40).map(str)


ODD = st.one_of(
    st.text(max_size=80),
    st.text(st.characters(categories=["Cc", "Cf", "Co", "Cs", "Lo", "Mn", "Nd", "No", "So", "Zl", "Zs"]), max_size=40),
    st.sampled_from(["\x00", "\ud800", "\u202e", "\u200b" * 50, "x" * 100_000, "9" * 5_000, "٣" * 33, "²" * 33, "{}"]),
    st.sampled_from(["' OR 1=1 --", "%", "_" * 32, "*" * 32, "../../etc/passwd", "<!channel>", "__class__", "NaN"]),
    _numbers(),
)
"""What may stand in a button's value or in a window's hidden words, were they not ours."""


@st.composite
def _values(draw: st.DrawFn) -> str:
    """Something odd, or the real id with too many or too few colons and something odd behind them."""
    parts = [draw(ODD)] if draw(st.booleans()) else [*draw(st.lists(ODD, max_size=3))]
    return ":" * draw(st.integers(0, 3)) + (draw(st.sampled_from([":", "::", ",", "."]))).join(parts)


STATES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.dictionaries(
        st.sampled_from(["text", "decision", "when", "option", "people", "kind", "entry", "student.status", "first"]),
        st.sampled_from(
            [
                {},
                {"a": {}},
                {"a": {"value": None}},
                {"a": {"selected_option": None}},
                {"a": {"selected_option": {"value": "no such"}}},
                {"a": {"selected_options": []}},
                {"a": {"selected_options": [{"value": "\ud800"}]}},
                {"a": {"selected_date": "31-31-31"}},
                {"a": {"value": "\x00"}},
            ]
        ),
        max_size=9,
    ),
)
SHOW_LISTS = [Listener("action", name) for name in ("open_list", "breach_log", "register")]
"""Buttons that show every check their presser may know of."""
MAY_KNOW = (at.LEAD_ONE, at.DEPUTY, at.INDEPENDENT)
"""Lead two is left out of the scene's check."""
EVERYBODY = (at.STAFF, at.LEAD_ONE, at.LEAD_TWO, at.DEPUTY, at.INDEPENDENT, *STRANGERS)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_nonsense_breaks_nothing_and_is_not_kept(scene: Scene, data: st.DataObject) -> None:
    """Any value behind any button, any words and boxes in any window, by anybody, the right people among them."""
    booth = scene.booth
    listener = data.draw(st.sampled_from([*OF_A_CHECK, *LISTED]))
    before = booth.kept()
    who, value = data.draw(st.sampled_from(EVERYBODY)), data.draw(_values())
    answer = booth.press(as_pressed(listener), who, value, data.draw(STATES))
    assert answer.status == 200
    assert "(Error" not in answer.said
    is_shown_in_lists = listener in SHOW_LISTS and who in MAY_KNOW
    assert is_shown_in_lists or scene.check not in answer.said
    after = booth.kept()
    if listener not in LISTED:
        assert after == before


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_nonsense_behind_a_real_id_moves_nobody_who_may_not(scene: Scene, data: st.DataObject) -> None:
    """The right check, and anything behind its id: those who may not know of it change and learn nothing."""
    booth = scene.booth
    before = booth.kept()
    listener = data.draw(st.sampled_from(OF_A_CHECK))
    who, more = data.draw(st.sampled_from([*STRANGERS, at.LEAD_TWO])), data.draw(_values())
    boxes = data.draw(STATES)
    theirs = booth.press(as_pressed(listener), who, f"{scene.check}:{more}", boxes)
    never = booth.press(as_pressed(listener), who, f"{at.NO_CHECK}:{more}", boxes)
    assert theirs == never
    assert theirs.status == 200
    assert booth.kept() == before


ROLES = {
    Role.REPORTER: at.STAFF,
    Role.LEFT_OUT: at.LEAD_TWO,
    Role.LEADER: at.LEAD_ONE,
    Role.LEAD: at.LEAD_TWO,
    Role.DEPUTY: at.DEPUTY,
    Role.INDEPENDENT: at.INDEPENDENT,
    Role.DATA_PROTECTION: at.DATA_PROTECTION,
    Role.ADMINISTRATOR: at.ADMIN,
    Role.NOBODY: at.COLLEAGUE,
}
MOVES = (Act.STEP_ASIDE, Act.TAKE_OVER, Act.HAND_ON, Act.LEAD)
"""After these somebody is something else to the case."""


def _does(scene: Scene, who: str, listener: Listener) -> bool:
    """Whether anything came of it that is not a refusal."""
    before = scene.booth.events(scene.check)
    answer = scene.press_one(listener, who, scene.check)
    has_said = bool(answer.body.replace("{}", "") or answer.words or answer.screens)
    return scene.booth.events(scene.check) != before or (has_said and not _is_refused(answer))


@pytest.mark.parametrize("role", list(Role))
def test_the_running_bot_does_what_the_matrix_says_and_nothing_else(booth: Booth, role: Role) -> None:
    """Each cell: the button that carries the act, pressed by somebody of that role, moves something or nothing."""
    request, who = _asked(booth), ROLES[role]
    left_out = ("lead-2",) if role is Role.LEFT_OUT else ()
    differs = {}
    scene: Scene | None = None
    for act in sorted(set(Act) - set(NO_BUTTON), key=lambda act: act in MOVES):
        if scene is None or act in MOVES:
            check = booth.planned(left_out=left_out, is_breach=True)
            scene = Scene(
                booth, check, request, {what: booth.event(check, what) for what in (EventKind.QUESTION, EventKind.NOTE)}
            )
        if _does(scene, who, CARRIES[act][0]) is not (act in MATRIX[role]):
            differs[act] = CARRIES[act][0]
    assert differs == {}


def test_a_check_that_needed_nobody_is_opened_by_those_who_may(booth: Booth) -> None:
    """Without a case there is another list of what may be done; the button on Home does as it says."""
    check = booth.sent(calm_but())
    with booth.bot.services.database.read() as tx:
        subject = booth.bot.services.subject(tx, check)
    scene, looks = Scene(booth, check, "", {}), 0
    for who in (*sorted(set(ROLES.values())), at.GUEST, at.UNKNOWN):
        answer = scene.press_one(Listener("action", "open_check"), who, check)
        allowed = may(subject, who, Act.OPEN, booth.bot.services.roster)
        assert bool(answer.screens) is allowed, who
        looks += allowed
    assert booth.events(check).count(EventKind.OPENED_CHECK) == looks > 1
