"""What people type stays in the record: not in messages, not in logs, not in clear on disk."""

import logging
from pathlib import Path

import pytest

from bot.fields import DECISION, DETAILS, SHARING
from flows.case import StrandName
from sandbox.client.people import Person
from sandbox.state.models import Push
from tests.harness import (
    ANSWERED,
    CLEAR,
    LEADS,
    NO_CONSENT,
    POSSIBLY,
    Stage,
    Ticks,
    cards_of,
    opened,
    page_of,
    visible_boxes,
)

MARK = "zebrafinch"
OURS = ("bot", "storage", "flows", "share-check")


class Marks:
    """A word of its own for every box."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def __call__(self, where: str) -> str:
        self.given.append(f"{MARK}-{len(self.given)}-{where}")
        return self.given[-1]


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything logged: ours to the last detail, Bolt's and the SDK's as in production."""
    caplog.set_level(logging.INFO)
    for name in OURS:
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def _type_everywhere(stage: Stage, mark: Marks) -> None:
    """The whole way to closed and open again, with a mark in every box there is."""
    staff, lead = stage.staff, stage.lead_one
    staff.command("/share-check", mark("command"))
    staff.wait_for(lambda: cards_of(staff))
    stage.answer(*POSSIBLY)
    stage.press("Add a note")
    opened(staff, "Add a note")
    staff.submit({"note": mark("note")})
    stage.answer(*NO_CONSENT, *CLEAR, "Yes")
    stage.press("Tell them what happened")
    opened(staff, "Tell them what happened")
    staff.submit({field.key: mark(f"details-{field.key}") for field in DETAILS})
    stage.send()
    lead.post(LEADS, mark("channel"))
    lead.post(LEADS, mark("thread"), page_of(lead, LEADS))
    stage.lead()
    stage.open("Ask the staff member", "Ask the staff member")
    lead.submit({"text": mark("question")})
    stage.settle()
    staff.press("Answer")
    opened(staff, "Answer a question")
    staff.submit({"text": mark("reply")})
    stage.open("Add note", "Add note")
    lead.submit({"text": mark("case-note")})
    for round_of in ("first", "second"):
        stage.open("Agree plan" if round_of == "first" else "Change plan", "Agree plan: decision")
        lead.submit(
            {
                "decision": "Share the information",
                **{field.key: mark(f"{round_of}-{field.key}") for field in DECISION},
            }
        )
        opened(lead, "Agree plan: three parts")
        _plan_three_parts(lead, mark, round_of)
        stage.settle()
        if round_of == "first":
            staff.press("I disagree")
            opened(staff, "I disagree")
            staff.submit({"text": mark("disagree")})
            stage.open("Another view", "Another view", stage.lead_two)
            stage.lead_two.submit({"text": mark("other-view")})
            stage.settle()
    staff.press("See my part")
    opened(staff, "The plan")
    staff.close()
    staff.press("I agree")
    stage.settle()
    stage.record_sharing(**{field.key: mark(f"sharing-{field.key}") for field in SHARING})
    stage.open("Open", "Summary")
    lead.close()
    stage.open("Close", "Close this check")
    lead.submit({"outcome": mark("outcome"), "may_know": mark("may-know")})
    stage.open("Reopen", "Reopen")
    lead.submit({"text": mark("reopen")})
    stage.settle()


def _plan_three_parts(lead: Person, mark: Marks, round_of: str) -> None:
    """Fill the window of the three parts, and send it."""
    for name in StrandName:
        boxes = {f"{name}.{box}": mark(f"{round_of}-{name}-{box}") for box in ("what", "owner")}
        lead.fill({**boxes, f"{name}.status": "Done"})
    if "agency.receipt" in visible_boxes(lead):
        lead.fill({f"agency.{box}": words for box, words in ANSWERED.items()})
        lead.fill({"agency.receipt": mark(f"{round_of}-receipt")})
    lead.submit()


def test_no_typed_word_leaves_the_record(stage: Stage, tmp_path: Path, logged: pytest.LogCaptureFixture) -> None:
    """Every box is filled with a word found nowhere else; only windows of those who may know ever show one."""
    mark = Marks()
    _type_everywhere(stage, mark)
    by_people = {word for word in mark.given if word.endswith(("-channel", "-thread"))}
    never_kept = {word for word in mark.given if word.endswith("-command")} | by_people

    kept = repr([entry.content for entry in stage.record()])
    assert {word for word in mark.given if word not in kept} == never_kept

    showing = {each.method for each in stage.workspace.requests if MARK in repr(each.args)}
    assert showing <= {"views.open", "views.push", "views.update"}
    assert all(MARK not in each.phone + each.desktop for each in _pushes(stage) if each.channel != LEADS)
    for person in (stage.lead_two, stage.deputy, stage.independent, stage.colleague):
        shown = person.text()
        assert not [word for word in mark.given if word in shown and word not in by_people]

    assert MARK not in logged.text
    assert not any(MARK in repr(vars(record)) for record in logged.records)
    on_disk = b"".join(path.read_bytes() for path in tmp_path.glob("test.db*"))
    assert len(on_disk) > 0
    assert MARK.encode() not in on_disk


def _pushes(stage: Stage) -> list[Push]:
    people = (stage.staff, stage.lead_one, stage.lead_two, stage.deputy, stage.independent)
    return [push for person in people for push in person.pushes]


def test_no_message_names_a_school_or_tells_an_answer_to_others(stage: Stage) -> None:
    """The channel and the leads' messages hold clause numbers and counts; answer words stand on one's own card."""
    stage.finish(*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")
    stage.lead()
    stage.plan()
    stage.settle()
    messages = [each for each in stage.workspace.requests if each.method.startswith("chat.")]
    words = [label for given in NO_CONSENT for label in (given.labels if isinstance(given, Ticks) else (given,))]
    told = [word for word in words if len(word) > len("Yes, a")]
    for each in messages:
        assert "School one" not in repr(each.args)
        if each.args["channel"] not in ("U0STAFF", "D0STAFF"):
            assert not [word for word in told if word in repr(each.args)]


def test_what_follows_the_command_is_never_read(stage: Stage) -> None:
    """A name typed there comes back nowhere, not even to the person who typed it."""
    stage.staff.command("/share-check", MARK)
    stage.staff.wait_for("I have opened a private chat with you.")
    stage.settle()
    assert MARK not in stage.staff.text()
    assert MARK not in repr([each.args for each in stage.workspace.requests])


def test_the_phone_of_a_lead_shows_reference_and_urgency_alone(stage: Stage) -> None:
    """A locked screen may be read by anybody."""
    stage.finish(*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")
    stage.settle()
    ref = stage.check().ref
    for push in stage.lead_one.pushes:
        assert push.phone.startswith(f"A check needs a safeguarding lead. {ref}, soon, answer by ")
