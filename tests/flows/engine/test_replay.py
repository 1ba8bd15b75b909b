"""Answers in, where that leaves a person out."""

from pathlib import Path

import pytest

from flows.checklist import CHECKLIST
from flows.engine.replay import fitting, replay
from flows.formats.export import read_json
from flows.model import Level, Status
from tests.flows.builders import CALM, NO_CONSENT, SHARED, calm_but, progress_of, stopped_after


def test_no_answers_lead_to_the_first_question() -> None:
    """A new check starts with danger right now."""
    progress = progress_of({})
    assert progress.next is CHECKLIST["S1"]
    assert set(progress.status.values()) == {Status.NOT_REACHED}


def test_a_finished_check_has_nothing_left_to_ask() -> None:
    """The calm sheet reaches its end."""
    assert progress_of(calm_but()).is_finished


def test_the_order_of_the_answers_does_not_matter() -> None:
    """Position is replayed, never stored."""
    backwards = dict(reversed(list(calm_but().items())))
    assert progress_of(backwards) == progress_of(calm_but())


def test_what_is_pending_skipped_and_not_reached_is_told_apart() -> None:
    """All 17 always have a status (I14)."""
    finished = progress_of(calm_but()).status
    assert (finished["3.1.3"], finished["3.4.1"]) == (Status.SKIPPED, Status.PENDING)
    stopped = progress_of(stopped_after("3.3.4", calm_but(SHARED))).status
    assert (stopped["3.3.4"], stopped["3.4.1"]) == (Status.ANSWERED, Status.NOT_REACHED)


def test_after_sharing_questions_are_asked_when_it_was_shared() -> None:
    """3.4 belongs in the check only then."""
    progress = progress_of(calm_but(SHARED))
    assert progress.status["3.4.2"] is Status.ANSWERED
    assert progress.is_finished


def test_the_judgement_is_not_asked_once_it_is_urgent() -> None:
    """A lead has been told, so 4.2 is theirs to make together."""
    progress = progress_of(calm_but(S4="yes"))
    assert progress.status["4.2"] is Status.SKIPPED
    assert progress.unused == ("4.2",)


def test_the_answer_that_made_it_urgent_is_known() -> None:
    """The page goes out right after it (I11)."""
    assert progress_of(calm_but(S4="yes")).urgent_at == "S4"
    assert progress_of(calm_but({"3.1.6": "someone_at_risk"})).urgent_at == "3.1.6"
    assert progress_of(calm_but()).urgent_at is None


def test_already_shared_with_the_wrong_person_is_a_breach() -> None:
    """Whichever comes first, both together make it urgent."""
    progress = progress_of(calm_but(SHARED, {"3.3.1": "no"}))
    assert progress.breach
    assert (progress.level, progress.urgent_at) == (Level.CONSULT_URGENT, "3.3.1")
    assert not progress_of(calm_but({"3.3.1": "no"})).breach


def test_the_floor_is_never_undercut() -> None:
    """A level once raised stays raised, whatever is answered later (I11)."""
    progress = progress_of(calm_but(), Level.CONSULT_URGENT)
    assert progress.level is Level.CONSULT_URGENT
    assert progress.urgent_at is None
    assert progress.unused == ("4.2",)


def test_answers_to_questions_no_longer_asked_are_kept_aside() -> None:
    """Changing an answer loses nothing."""
    answers = {**calm_but(NO_CONSENT), "3.1.1": ("yes_recorded",), "3.1.7": ("yes",)}
    assert set(progress_of(answers).unused) == {"3.1.3", "3.1.8"}


def test_answers_behind_a_gap_wait_unless_they_are_asked_for() -> None:
    """An answer that opens a question does not lose what comes after it."""
    answers = {one: given for one, given in calm_but({"3.1.4": "yes_duty"}).items() if one != "S3"}
    stopped = replay(CHECKLIST, answers)
    counted = replay(CHECKLIST, answers, past_gaps=True)
    assert stopped.next is counted.next is CHECKLIST["S3"]
    assert (stopped.level, counted.level) == (Level.NONE, Level.CONSULT)


def test_an_unknown_option_is_refused() -> None:
    """A word nobody offered is never read as anything."""
    with pytest.raises(KeyError):
        progress_of({"S1": ("maybe",)})


def test_the_calm_sheet_is_whole() -> None:
    """The builder these tests stand on answers exactly what is asked."""
    assert list(progress_of(calm_but()).answers) == list(CALM)


def test_a_check_that_was_handed_over_counts_every_answer_and_asks_nothing() -> None:
    """Also where another version did not ask one of today's questions."""
    answers = {one: given for one, given in calm_but({"3.1.6": "someone_at_risk", "4.2": None}).items() if one != "S7"}
    ended = replay(CHECKLIST, answers, ended=True)
    assert (ended.is_finished, ended.level, ended.unused) == (True, Level.CONSULT_URGENT, ())
    assert "hold_informing" in ended.effects
    assert replay(CHECKLIST, answers).next is CHECKLIST["S7"]


def test_every_answer_of_the_first_edition_still_fits_and_a_level_never_falls() -> None:
    """Checks begun under the first edition go on: they are asked S7 and lose nothing."""
    first, _ = read_json((Path(__file__).parents[2] / "data/checklist-first-edition.json").read_text(encoding="utf-8"))
    for question in first:
        for option in question.options:
            answers = {question.id: (option.id,)}
            assert fitting(CHECKLIST, answers) == answers
            assert CHECKLIST[question.id].meaning(answers[question.id]).raises >= option.raises
    going_on = replay(CHECKLIST, {"S1": ("no",), "S2": ("no",)}, Level.CONSULT_URGENT)
    assert going_on.level is Level.CONSULT_URGENT
