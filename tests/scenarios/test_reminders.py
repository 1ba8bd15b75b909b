"""What is promised for later happens, what is late is said, and practice is practice."""

import pytest

from bot.alarms.heartbeat import Heartbeat
from bot.delivery.scheduler import Scheduler
from flows.events import EventKind
from sandbox.client.people import Person
from tests.harness import HARM, LEADS, Stage, on_every_stage, page_of, press_on, words_of
from tests.scenarios.test_left_out import raise_without


def _urgent(stage: Stage) -> None:
    stage.begin()
    stage.answer(*HARM)
    stage.settle()


def _told(person: Person) -> list[str]:
    """Everything that made a sound in somebody's direct messages, oldest first."""
    return [words_of(message) for message in person.dm if not message.ephemeral]


def _remind(stage: Stage, when: str) -> None:
    stage.open("Remind me", "Remind me")
    assert stage.lead_one.submit({"when": when}).error is None
    stage.settle()


@on_every_stage
def test_a_lead_is_reminded_when_they_asked_to_be(stage: Stage) -> None:
    """By a page of their own at that time, and not before."""
    _urgent(stage)
    stage.lead()
    _remind(stage, "In half an hour")
    before = stage.pages("U0LEAD1")[-1].ts
    stage.pass_time(minutes=29)
    assert stage.pages("U0LEAD1")[-1].ts == before
    stage.pass_time(minutes=2)
    assert stage.pages("U0LEAD1")[-1].ts > before
    assert "has no agreed plan yet" in stage.pages("U0LEAD1")[-1].posted


def test_something_urgent_without_a_plan_is_not_put_off_for_days(stage: Stage) -> None:
    """The choice is not there; with a plan it is."""
    _urgent(stage)
    stage.lead()
    stage.open("Remind me", "Remind me")
    assert "Next working morning" in stage.lead_one.text()
    assert "In a week" not in stage.lead_one.text()
    stage.lead_one.close()
    stage.plan()
    _remind(stage, "In a week")


def test_only_whoever_leads_sets_a_reminder(stage: Stage) -> None:
    """Anybody else is told so."""
    _urgent(stage)
    stage.lead()
    press_on(stage.lead_two, "Remind me", page_of(stage.lead_two))
    stage.lead_two.wait_for("Only whoever leads this check")


def test_a_plan_nobody_answers_is_shown_again_next_working_morning(stage: Stage) -> None:
    """With the same buttons, which work; the older message points to the newer."""
    _urgent(stage)
    stage.lead()
    stage.plan()
    stage.pass_time(hours=80)
    waits = [words for words in _told(stage.staff) if "still waits for you" in words]
    assert len(waits) == 1
    assert not any("is ready for you" in words for words in _told(stage.staff))
    stage.staff.press("I agree")
    stage.settle()
    assert stage.events()[EventKind.AGREED] == 1


def test_the_last_two_questions_come_again_until_they_are_answered(stage: Stage) -> None:
    """After a day and after three; then no more."""
    _urgent(stage)
    stage.lead()
    stage.plan()
    stage.staff.press("I agree")
    stage.settle()
    for days, asked in ((1, 2), (2, 3)):
        stage.pass_time(hours=24 * days + 1)
        assert sum("Two last questions" in words for words in _told(stage.staff)) == 1
        assert sum("see the newer message" in words for words in _told(stage.staff)) == asked - 1
        assert stage.events()[EventKind.AFTERCARE_REMINDED] == asked - 1
    stage.record_sharing()
    stage.pass_time(hours=24 * 30)
    assert stage.events()[EventKind.AFTERCARE_REMINDED] == 2


@on_every_stage
def test_practice_from_the_home_tab(stage: Stage) -> None:
    """A lead starts it; the other is paged, says so, and the first is told how long it took."""
    stage.lead_one.open_home()
    stage.lead_one.wait_for(lambda: "Practise" in stage.lead_one.text())
    stage.lead_one.press("Start practice")
    stage.settle()
    (page,) = stage.pages("U0LEAD2")
    assert "Practice" in page.text
    assert "This is practice: nobody is at risk." in words_of(page)
    assert stage.pages("U0LEAD1") == []  # nobody is their own reviewer
    stage.pass_time(minutes=3)
    stage.lead_two.press("I will lead", page)
    stage.settle()
    assert any("is over. <@U0LEAD2> answered after 3 minutes." in words for words in _told(stage.lead_one))
    assert "is over" in words_of(stage.pages("U0LEAD2")[-1])
    stage.pass_time(hours=2)
    assert len(stage.pages(LEADS)) == 1
    stage.lead_one.open_home()
    assert stage.check().ref not in repr(stage.lead_one.home)


def test_practice_cannot_be_started_by_somebody_who_is_not_on_the_list(stage: Stage) -> None:
    """Neither from a button that is not there, nor by a forged press."""
    stage.staff.open_home()
    stage.staff.wait_for(lambda: "Start a check" in stage.staff.text())
    assert "Practice page" not in stage.staff.text()
    stage.begin()
    acted = stage.press("Hide")
    stage.forge(acted, "start_drill", "-")
    stage.settle()
    assert len(stage.checks()) == 1


def _beats(monkeypatch: pytest.MonkeyPatch) -> list[Heartbeat]:
    """Grows by one each time the outside is told that all is well."""
    beats: list[Heartbeat] = []

    def beat(heartbeat: Heartbeat) -> bool:
        beats.append(heartbeat)
        return True

    monkeypatch.setattr(Heartbeat, "beat", beat)
    return beats


def _alarms(stage: Stage, who: str) -> list[str]:
    messages = stage.workspace.person(who).messages(LEADS if who == "U0LEAD1" else None)
    return [words_of(message) for message in messages if "share-check" in words_of(message)]


def test_what_is_late_is_said_to_the_leads_and_to_whoever_runs_it_until_it_is_over(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of whose page, or how many; the outside hears nothing meanwhile; the same message says it is over."""
    beats = _beats(monkeypatch)
    _urgent(stage)
    assert stage.bot.auditor.turn().is_well
    assert len(beats) == 1
    with monkeypatch.context() as asleep:
        asleep.setattr(Scheduler, "_turn", lambda _self: None)
        stage.forward(minutes=16)
        for _ in range(2):
            assert len(stage.bot.auditor.turn().late) == 1
        stage.settle()
        for who in ("U0LEAD1", "U0ADMIN"):
            (alarm,) = _alarms(stage, who)
            assert "share-check is late." in alarm
            assert "SC-" not in alarm
    assert len(beats) == 1
    stage.settle()
    assert stage.bot.auditor.turn().is_well
    stage.settle()
    for who in ("U0LEAD1", "U0ADMIN"):
        assert _alarms(stage, who) == ["share-check was late. That is over: everything has gone out."]
    assert len(beats) == 2


def test_what_is_late_and_hidden_from_a_lead_is_said_to_the_others_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An alarm, or a tab that says that something is slow, would tell whoever sees no check of it that there is one."""
    raise_without(stage, "Lead one")
    with monkeypatch.context() as asleep:
        asleep.setattr(Scheduler, "_turn", lambda _self: None)
        stage.forward(hours=2)
        assert not stage.bot.auditor.turn().is_well
        stage.settle()
        assert _alarms(stage, "U0LEAD1") == []
        assert len(stage.workspace.person("U0LEAD1").dm) == 0
        (alarm,) = [words_of(one) for one in stage.lead_two.dm if "share-check is late." in words_of(one)]
        assert "SC-" not in alarm
        assert len(_alarms(stage, "U0ADMIN")) == 1
        for person, is_well in ((stage.lead_one, True), (stage.lead_two, False), (stage.staff, False)):
            person.open_home()
            stage.settle()
            assert person.home is not None
            assert ("Everything is working." in repr(person.home.blocks)) is is_well


def test_a_deaf_socket_withholds_the_heartbeat(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """All is well inside, and nobody can press anything."""
    beats = _beats(monkeypatch)
    stage.bot.auditor.is_connected = lambda: False
    assert stage.bot.auditor.turn().is_well
    assert beats == []
