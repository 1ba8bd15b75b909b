"""Deleting what is due: announced, approved item by item, confirmed, and gone; and what keeps it."""

import copy
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from bot.retention.due import copies_left
from bot.slack.listeners import NO_REASON
from flows.events import EventKind, OutboxKind
from sandbox.client.people import Person
from sandbox.client.result import InteractionResult
from services.retention import Retention
from storage.erasure import tombstones
from storage.old_messages import not_shrunk
from storage.proof.bundle import of_record
from storage.proof.verify import judge
from storage.tables import checks, outbox
from tests.harness import (
    CALM,
    CLEAR,
    CONSENT,
    HARM,
    LEADS,
    Stage,
    card_of,
    on_every_stage,
    opened,
    whispered,
    words_of,
)

HOLD = (*CALM, *CONSENT, *CLEAR, "No")
TITLE = "Records to delete"
NOTHING = "No record waits for a decision at the end of its time."
DUE = "1 record reaches the end of its time. Open Home to look."


def _ended(stage: Stage) -> str:
    """A check that needed nobody; its reference."""
    stage.finish(*HOLD)
    stage.settle()
    return stage.check().ref


def _pass(stage: Stage, days: float) -> None:
    """So many days, and on to the next working morning, when such things are said."""
    stage.pass_time(hours=24 * days)
    services = stage.bot.services
    morning = services.roster.week.next_morning(services.clock.now(), services.roster.morning)
    stage.pass_time(seconds=(morning - services.clock.now()).total_seconds() + 60)


def _messages(person: Person, where: str = "") -> list[str]:
    """What was said of retention in a channel, or to this person alone."""
    there = person.messages(where) if where else person.dm
    return [message.text.partition("\n")[0] for message in there if "end of" in message.text]


def _hears(person: Person, words: list[str], where: str = "") -> None:
    """Wait until that, and nothing else, was said."""
    person.wait_for(lambda: _messages(person, where) == words)


def _open_list(person: Person, where: str = "") -> None:
    person.wait_for(lambda: any("Open Home to look" in words for words in _messages(person, where)))
    there = person.messages(where) if where else person.dm
    message = next(each for each in reversed(there) if "Open Home to look" in each.text)
    assert person.press("Open the list", message).acked
    opened(person, TITLE)


def _choose(person: Person, check: str, what: str, why: str = "") -> None:
    person.fill({f"decide.{check}": what, f"reason.{check}": why} if why else {f"decide.{check}": what})


@on_every_stage
def test_a_record_is_announced_approved_confirmed_and_gone(stage: Stage) -> None:
    """Every step by a person; afterwards only the reference is known, and Slack shows nothing of it."""
    ref = _ended(stage)
    check = stage.check().id
    _pass(stage, 300)
    assert _messages(stage.lead_one, LEADS) == []
    _pass(stage, 66)
    _hears(stage.lead_one, [DUE], LEADS)
    assert _messages(stage.lead_one) == []

    _open_list(stage.lead_one, LEADS)
    assert f"*{ref}* Check that needed nobody: keep confidential for now." in stage.lead_one.text()
    _choose(stage.lead_one, check, "Delete it")
    assert stage.lead_one.submit().error is None
    opened(stage.lead_one, "Delete for good?")
    assert ref in stage.lead_one.text()
    with stage.bot.services.database.read() as tx:
        assert stage.bot.services.subject(tx, check) is not None
    assert stage.lead_one.submit().error is None
    opened(stage.lead_one, TITLE)
    assert f"*Deleted for good:* {ref}." in stage.lead_one.text()
    stage.settle()
    stage.lead_one.close()

    with stage.bot.services.database.read() as tx:
        assert [(stone.ref, stone.approved_by) for stone in tombstones(tx)] == [(ref, "U0LEAD1")]
        assert stage.bot.services.subject(tx, check) is None
    assert ref not in stage.staff.text()
    _hears(stage.lead_one, [NOTHING], LEADS)


def _has_home(person: Person) -> bool:
    return person.home is not None


def test_life_goes_on_around_a_tombstone(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """Home tabs, digests, searches, the clock and the verifier: nothing stumbles over what is not there."""
    ref = _ended(stage)
    check = stage.check().id
    _pass(stage, 370)
    _open_list(stage.lead_one, LEADS)
    _choose(stage.lead_one, check, "Delete it")
    stage.lead_one.submit()
    opened(stage.lead_one, "Delete for good?")
    stage.lead_one.submit()
    stage.lead_one.wait_for(f"Deleted for good:* {ref}.")
    stage.lead_one.close()
    stage.settle()
    caplog.clear()
    for person in (stage.staff, stage.lead_one, stage.independent):
        assert person.open_home().acked
        person.wait_for(partial(_has_home, person))
        assert ref not in person.text()
    _pass(stage, 8)
    stage.stop_bot()
    stage.start_bot()
    _pass(stage, 30)
    with stage.bot.services.database.read() as tx:
        verdict = judge(of_record(tx, stage.bot.services.keys), open_all=True)
        assert verdict.findings == ()
        assert verdict.erased > 0
        assert tx.scalar(select(func.count()).where(outbox.c.what == OutboxKind.ERASED)) == 0
    assert [each.getMessage() for each in caplog.records if each.levelname == "ERROR"] == []


def test_the_key_is_gone_from_the_disk(stage: Stage, tmp_path: Path) -> None:
    """From the database's file and from its log, while the bot goes on."""
    _ended(stage)
    check = stage.check().id
    with stage.bot.services.database.read() as tx:
        row = tx.execute(select(checks).where(checks.c.id == check)).one()
    traces = [bytes(row.wrapped_key)[20:80], bytes(row.sealed_answers)[20:80]]
    _pass(stage, 370)
    assert all(trace in _on_disk(tmp_path) for trace in traces)
    _open_list(stage.lead_one, LEADS)
    _choose(stage.lead_one, check, "Delete it")
    stage.lead_one.submit()
    opened(stage.lead_one, "Delete for good?")
    stage.lead_one.submit()
    stage.lead_one.wait_for("Deleted for good:")
    stage.pass_time(hours=2)
    assert not [trace for trace in traces if trace in _on_disk(tmp_path)]


def _on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("test.db*"))


KEEP = "Keep it for another year"
HOLD_IT = "Legal hold: keep it until somebody lifts the hold"


@pytest.mark.parametrize(("what", "title"), [(KEEP, "Kept"), (HOLD_IT, "On legal hold")])
def test_whoever_keeps_a_record_says_why(stage: Stage, what: str, title: str) -> None:
    """Without a reason nothing happens; with one it is off the list, and nothing is deleted."""
    ref = _ended(stage)
    check = stage.check().id
    _pass(stage, 370)
    _open_list(stage.lead_one, LEADS)
    _choose(stage.lead_one, check, what)
    stage.lead_one.submit()
    assert NO_REASON in stage.lead_one.text()
    _choose(stage.lead_one, check, what, "-")
    assert stage.lead_one.submit().error
    _choose(stage.lead_one, check, what, "An inquiry.")
    stage.lead_one.submit()
    stage.lead_one.wait_for(f":* {ref}.")
    assert title in stage.lead_one.text()
    stage.lead_one.close()
    stage.settle()
    _hears(stage.lead_one, [NOTHING], LEADS)
    assert [entry.content.get("reason") for entry in stage.record(check)][-1] == "An inquiry."
    _pass(stage, 366)
    if title == "Kept":
        stage.lead_one.wait_for(lambda: DUE in _messages(stage.lead_one, LEADS))
    else:
        assert DUE not in _messages(stage.lead_one, LEADS)


def test_nothing_is_chosen_for_anybody(stage: Stage) -> None:
    """Next without a choice asks for one; closing the window changes nothing."""
    ref = _ended(stage)
    _pass(stage, 370)
    _open_list(stage.lead_one, LEADS)
    stage.lead_one.submit()
    assert "Choose for at least one record, or close this." in stage.lead_one.text()
    stage.lead_one.close()
    _open_list(stage.lead_two, LEADS)
    assert ref in stage.lead_two.text()


def test_a_hold_that_comes_before_the_confirmation_wins(stage: Stage) -> None:
    """One lead has the last question open; another puts it on hold. The first is told, and nothing is gone."""
    ref = _ended(stage)
    check = stage.check().id
    _pass(stage, 370)
    for lead in (stage.lead_one, stage.lead_two):
        _open_list(lead, LEADS)
    _choose(stage.lead_one, check, "Delete it")
    stage.lead_one.submit()
    opened(stage.lead_one, "Delete for good?")
    _choose(stage.lead_two, check, HOLD_IT, "A claim was made.")
    stage.lead_two.submit()
    stage.lead_two.wait_for(f"On legal hold:* {ref}")
    stage.lead_one.submit()
    stage.lead_one.wait_for(f"{ref} is not deleted:* it is on legal hold.")
    stage.settle()
    assert EventKind.ERASED not in [entry.what for entry in stage.record(check)]
    assert ref in words_of(card_of(stage.staff))


def test_the_second_to_confirm_hears_that_it_is_done(stage: Stage) -> None:
    """Two leads with the same question open; it is deleted once."""
    _ended(stage)
    check = stage.check().id
    _pass(stage, 370)
    for lead in (stage.lead_one, stage.lead_two):
        _open_list(lead, LEADS)
        _choose(lead, check, "Delete it")
        lead.submit()
        opened(lead, "Delete for good?")
    for lead in (stage.lead_one, stage.lead_two):
        lead.submit()
        opened(lead, TITLE)
    assert "Deleted for good:" in stage.lead_one.text()
    assert "somebody else was quicker" in stage.lead_two.text()


def test_a_left_out_lead_sees_it_in_no_list_and_no_number(stage: Stage) -> None:
    """A check about a lead: the other lead and the independent contact hear of it, each alone, and one approves it."""
    stage.begin()
    stage.answer("No")
    stage.leave_out("Lead one")
    stage.answer(*HOLD[2:])
    stage.send()
    stage.settle()
    ref, check = stage.check().ref, stage.check().id
    _pass(stage, 370)
    _hears(stage.lead_two, [DUE])
    _hears(stage.independent, [DUE])
    assert _messages(stage.lead_one, LEADS) == _messages(stage.lead_one) == []
    _ended(stage)
    _pass(stage, 370)
    _hears(stage.lead_one, [DUE], LEADS)
    _open_list(stage.lead_one, LEADS)
    assert ref not in stage.lead_one.text()
    assert check not in str(stage.lead_one.modal)
    stage.lead_one.close()
    _open_list(stage.independent)
    assert ref in stage.independent.text()
    _choose(stage.independent, check, "Delete it")
    stage.independent.submit()
    opened(stage.independent, "Delete for good?")
    stage.independent.submit()
    stage.independent.wait_for(f"Deleted for good:* {ref}.")
    with stage.bot.services.database.read() as tx:
        assert [(stone.ref, stone.approved_by) for stone in tombstones(tx)] == [(ref, "U0INDEP")]
        assert tombstones(tx)[0].is_private
    with stage.bot.services.database.begin() as tx:
        shrink = "UPDATE outbox SET unshrunk = 'cant_update_message', ts = coalesce(ts, '1') WHERE check_id = :check"
        tx.execute(text(shrink), {"check": check})
        assert [each.check for each in not_shrunk(tx)] == [check]
        for target in (stage.bot.services.roster.channel, *stage.bot.services.roster.slack.values()):
            assert copies_left(stage.bot.services, tx, target) == ()


def test_a_left_out_lead_who_forges_the_window_changes_nothing(stage: Stage) -> None:
    """They know the id; approving, holding and confirming are all answered as if there were no such record."""
    stage.begin()
    stage.answer("No")
    stage.leave_out("Lead one")
    stage.answer(*HOLD[2:])
    stage.send()
    stage.settle()
    hidden = stage.check().id
    _ended(stage)
    other = stage.check().id
    _pass(stage, 370)
    _open_list(stage.lead_one, LEADS)
    _choose(stage.lead_one, other, KEEP, "Kept for the inquiry that was asked for.")
    sent = stage.lead_one.submit()
    stage.lead_one.wait_for("Kept for another year")
    assert sent.payload is not None
    for choice in ("delete", "hold", "keep"):
        values = {
            f"decide.{hidden}": {"o": {"type": "radio_buttons", "selected_option": {"value": choice}}},
            f"reason.{hidden}": {"t": {"type": "plain_text_input", "value": "A reason for it."}},
        }
        forged = copy.deepcopy(sent.payload)
        forged["view"]["state"]["values"] = values
        stage.workspace.replay(InteractionResult(acked=True, payload=forged))
    forged = copy.deepcopy(sent.payload)
    forged["view"] |= {"callback_id": "delete_for_good", "private_metadata": hidden}
    stage.workspace.replay(InteractionResult(acked=True, payload=forged))
    stage.settle()
    kept = {EventKind.DELETION_APPROVED, EventKind.HOLD_SET, EventKind.KEPT_LONGER, EventKind.ERASED, EventKind.LISTED}
    assert not kept & {entry.what for entry in stage.record(hidden)}


def test_a_lead_does_not_approve_what_they_raised_themselves(stage: Stage) -> None:
    """Another lead does."""
    stage.begin(stage.lead_one)
    stage.answer(*HOLD, who=stage.lead_one)
    stage.send(stage.lead_one)
    stage.settle()
    ref = stage.check().ref
    _pass(stage, 370)
    _open_list(stage.lead_one, LEADS)
    assert ref not in stage.lead_one.text().partition(TITLE)[2]
    _open_list(stage.lead_two, LEADS)
    assert ref in stage.lead_two.text()


def test_a_month_that_nobody_was_there_for_is_caught_up(stage: Stage) -> None:
    """The bot was stopped over the day on which it would have been said."""
    _ended(stage)
    _pass(stage, 300)
    stage.stop_bot()
    stage.forward(hours=24 * 150)
    stage.start_bot()
    _pass(stage, 1)
    _hears(stage.lead_one, [DUE], LEADS)
    months = {stage.bot.services.clock.now().strftime("%Y-%m")}
    for _ in range(6):
        _pass(stage, 10)
        months.add(stage.bot.services.clock.now().strftime("%Y-%m"))
    _hears(stage.lead_one, [DUE] * len(months), LEADS)


def test_a_record_that_is_nearly_due_can_be_kept_and_not_deleted(stage: Stage) -> None:
    """It is announced a month before its time is over."""
    ref = _ended(stage)
    check = stage.check().id
    _pass(stage, 340)
    _open_list(stage.lead_one, LEADS)
    assert "Its time is over on" in stage.lead_one.text()
    assert ref in stage.lead_one.text()
    with pytest.raises(AssertionError, match="no option 'Delete it'"):
        _choose(stage.lead_one, check, "Delete it")


def test_slack_does_not_let_its_copy_go_and_that_is_told_by_reference(stage: Stage) -> None:
    """The record is gone all the same; the message stays, is not tried for ever, and is reported."""
    ref = _ended(stage)
    check = stage.check().id
    _pass(stage, 370)
    for method, code in (("chat.delete", "cant_delete_message"), ("chat.update", "edit_window_closed")):
        stage.workspace.faults.error(method, code, times=None)
    _open_list(stage.lead_one, LEADS)
    _choose(stage.lead_one, check, "Delete it")
    stage.lead_one.submit()
    opened(stage.lead_one, "Delete for good?")
    stage.lead_one.submit()
    stage.lead_one.wait_for(f"Deleted for good:* {ref}.")
    stage.settle()
    with stage.bot.services.database.read() as tx:
        assert [(each.ref, each.why) for each in not_shrunk(tx)] == [(ref, "edit_window_closed")]
    said = whispered(stage.staff, lambda: stage.staff.press("Ask a lead", card_of(stage.staff)))
    assert "reference" not in said
    assert ref not in said


def test_a_legal_hold_is_set_and_lifted_from_the_summary(stage: Stage) -> None:
    """By a lead, with a reason each time; whoever opens it sees the hold."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    stage.lead()
    stage.open("Open", "Summary")
    stage.lead_one.press("Put on legal hold")
    opened(stage.lead_one, "Legal hold")
    assert stage.lead_one.submit({"text": "-"}).error
    stage.lead_one.submit({"text": "A claim was announced."})
    stage.lead_one.wait_for("is on legal hold. It is kept until somebody lifts the hold.")
    stage.lead_one.close(whole_stack=True)
    stage.open("Open", "Summary", stage.lead_two)
    assert "A claim was announced." in stage.lead_two.text()
    stage.lead_two.press("Lift the hold")
    opened(stage.lead_two, "Lift the hold")
    stage.lead_two.submit({"text": "It was settled."})
    stage.lead_two.wait_for("is not on legal hold any more.")
    happened = [(entry.what, entry.content.get("reason")) for entry in stage.record() if "hold" in entry.what]
    assert happened == [(EventKind.HOLD_SET, "A claim was announced."), (EventKind.HOLD_LIFTED, "It was settled.")]


def test_a_reason_that_came_second_is_not_shown_as_saved(stage: Stage) -> None:
    """Two leads have the window open: the second is told, and what they wrote stays in it."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    stage.lead()
    for button, title in (("Put on legal hold", "Legal hold"), ("Lift the hold", "Lift the hold")):
        for person in (stage.lead_one, stage.lead_two):
            stage.open("Open", "Summary", person)
            person.press(button)
            opened(person, title)
        stage.lead_one.submit({"text": "A claim was made."})
        stage.lead_one.wait_for("legal hold")
        acted = stage.lead_two.submit({"text": "An inquiry, too."})
        assert "Yours was not saved" in str(acted)
        assert stage.lead_two.modal is not None
        for person in (stage.lead_one, stage.lead_two):
            person.close(whole_stack=True)
    happened = [(entry.what, entry.content.get("reason")) for entry in stage.record() if "hold" in entry.what]
    assert happened == [(EventKind.HOLD_SET, "A claim was made."), (EventKind.HOLD_LIFTED, "A claim was made.")]


def test_a_record_that_was_put_on_hold_meanwhile_says_so_in_the_list(stage: Stage) -> None:
    """Chosen from the list a moment later, for another reason, which can be copied from the window."""
    ref = _ended(stage)
    check = stage.check().id
    _pass(stage, 370)
    for person in (stage.lead_one, stage.lead_two):
        _open_list(person, LEADS)
        _choose(person, check, HOLD_IT, f"A reason of {person.id}.")
    stage.lead_one.submit()
    stage.lead_one.wait_for(f"*On legal hold:* {ref}.")
    stage.lead_two.submit()
    stage.lead_two.wait_for(f"{ref} was on legal hold already")
    assert "A reason of U0LEAD2." in stage.lead_two.text()
    assert f"*On legal hold:* {ref}." not in stage.lead_two.text()


def test_one_that_cannot_be_deleted_hides_nothing_of_those_that_are_gone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window says of each what became of it; what failed is there, and can be deleted after all."""
    refs = [_ended(stage) for _ in range(3)]
    checks_by_ref = {ref: _id_of(stage, ref) for ref in refs}
    _pass(stage, 370)
    _open_list(stage.lead_one, LEADS)
    for ref in refs:
        _choose(stage.lead_one, checks_by_ref[ref], "Delete it")
    stage.lead_one.submit()
    opened(stage.lead_one, "Delete for good?")
    ids = sorted(checks_by_ref.values())
    by_id = {check: ref for ref, check in checks_by_ref.items()}
    real = Retention.erase

    def fails(work: Retention, check: str, who: str) -> object:
        if check == ids[1]:
            raise OSError
        return real(work, check, who)

    monkeypatch.setattr(Retention, "erase", fails)
    stage.lead_one.submit()
    stage.lead_one.wait_for(f"Deleted for good:* {by_id[ids[0]]}, {by_id[ids[2]]}.")
    said = stage.lead_one.text()
    assert f"{by_id[ids[1]]} could not be deleted:* something went wrong." in said
    assert "Nothing was sent" not in said
    monkeypatch.undo()
    with stage.bot.services.database.read() as tx:
        assert {stone.ref for stone in tombstones(tx)} == {by_id[ids[0]], by_id[ids[2]]}
        assert stage.bot.services.subject(tx, ids[1]) is not None


def test_a_deputy_can_put_nothing_on_hold(stage: Stage) -> None:
    """They help with a case; the leads and the independent contact answer for the record."""
    stage.begin()
    stage.answer(*HARM)
    stage.pass_time(minutes=16)
    stage.open("Open", "Summary", stage.deputy)
    stage.deputy.press("Put on legal hold")
    stage.deputy.wait_for("Only a safeguarding lead or the independent contact can do that.")
    assert EventKind.HOLD_SET not in stage.events()


def test_the_home_tab_opens_the_list_and_a_stranger_who_forges_the_press_sees_nothing(stage: Stage) -> None:
    """A lead has the button; somebody who is not on the list is told that it is not theirs."""
    ref = _ended(stage)
    _pass(stage, 370)
    stage.lead_one.open_home()
    stage.lead_one.wait_for(partial(_has_home, stage.lead_one))
    pressed = stage.lead_one.press("Due for deletion")
    opened(stage.lead_one, TITLE)
    assert ref in stage.lead_one.text()
    stage.colleague.open_home()
    stage.colleague.wait_for(partial(_has_home, stage.colleague))
    assert "Due for deletion" not in stage.colleague.text()
    theirs = stage.colleague.press("Start a check")
    assert pressed.payload is not None
    assert theirs.payload is not None
    forged = copy.deepcopy(pressed.payload)
    forged |= {"user": theirs.payload["user"], "trigger_id": theirs.payload["trigger_id"]}
    stage.workspace.replay(InteractionResult(acked=True, payload=forged))
    stage.settle()
    assert ref not in stage.colleague.text()
    listed = [entry.who for entry in stage.record(_id_of(stage, ref)) if entry.what == EventKind.LISTED]
    assert listed == ["U0LEAD1"]


def _id_of(stage: Stage, ref: str) -> str:
    return next(one.id for one in stage.checks() if one.ref == ref)
