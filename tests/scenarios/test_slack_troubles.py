"""Slack is slow, strict, half deaf or gone: nothing is lost, and nobody is told what is not so."""

from collections.abc import Callable

import pytest

from flows.events import EventKind
from sandbox import Workspace
from tests.harness import HARM, LEADS, Stage, card_of, go_on, opened, page_of, words_of

POST = "chat.postMessage"
Trouble = Callable[[Workspace], None]


def _told(stage: Stage) -> bool:
    return "*I have told " in words_of(card_of(stage.staff))


def _until(stage: Stage, done: Callable[[], bool]) -> None:
    """Let the bot try again, a few seconds at a time."""
    for _ in range(30):
        if done():
            return
        stage.pass_time(seconds=5)
    assert done()


@pytest.mark.parametrize(
    "trouble",
    [
        lambda slack: slack.faults.ratelimit(POST, times=4, retry_after=2),
        lambda slack: slack.faults.server_error(POST, times=4),
        lambda slack: slack.faults.refuse(POST, times=4),
    ],
    ids=["too fast", "a broken server", "no connection"],
)
def test_a_page_that_slack_does_not_take_is_sent_again(stage: Stage, trouble: Trouble) -> None:
    """Each page arrives once, and the card says told only then."""
    stage.begin()
    stage.answer(*HARM[:-1])
    trouble(stage.workspace)
    stage.press("Yes")
    assert not _told(stage)
    shown = words_of(card_of(stage.staff))
    assert "I am telling Lead one and Lead two now." in shown
    assert "Lead one: 020 7946 0101" in shown
    _until(stage, lambda: stage.paged() == {LEADS, "U0LEAD1", "U0LEAD2"})
    assert _told(stage)
    assert [len(stage.pages(one)) for one in (LEADS, "U0LEAD1", "U0LEAD2")] == [1, 1, 1]


def test_while_slack_takes_nothing_the_card_says_so_and_gives_the_numbers(stage: Stage) -> None:
    """It never says told, keeps trying, and is put right when Slack is back."""
    stage.begin()
    stage.answer(*HARM[:-1])
    stage.workspace.faults.server_error(POST, times=None)
    stage.press("Yes")
    _until(stage, lambda: "I could not reach Lead one and Lead two in Slack yet." in words_of(card_of(stage.staff)))
    shown = words_of(card_of(stage.staff))
    assert "Please phone: Lead one on 020 7946 0101 or Lead two on 020 7946 0102." in shown
    stage.answer("No")
    assert not _told(stage)

    stage.workspace.faults.clear()
    _until(stage, lambda: stage.paged() == {LEADS, "U0LEAD1", "U0LEAD2"})
    stage.settle()
    assert _told(stage)
    cards = [each for each in stage.edits() if "*I have told" in repr(each.args)]
    delivered = [each for each in stage.workspace.calls(POST) if each.response.get("ok")]
    page = next(each.at for each in delivered if ", urgent" in repr(each.args))
    assert page <= min(each.at for each in cards)


def test_one_delivered_page_is_told_even_when_another_fails(stage: Stage) -> None:
    """Somebody knows; the rest is tried again."""
    stage.begin()
    stage.answer(*HARM[:-1])
    stage.workspace.faults.server_error(POST, times=1)
    stage.press("Yes")
    assert _told(stage)
    _until(stage, lambda: len(stage.paged()) == 3)


def test_an_answer_that_got_lost_pages_twice_and_never_zero_times(stage: Stage) -> None:
    """Slack posted it and never said so: a second page carries the same reference, and both work."""
    stage.begin()
    stage.answer("No")
    stage.leave_out("Lead two", "Independent contact")
    stage.answer("No")
    stage.workspace.faults.lose_answer(POST, times=1)
    assert stage.staff.press("Yes", card_of(stage.staff)).acked
    stage.workspace.wait_for(lambda: stage.pages("U0LEAD1"))
    assert not _told(stage)
    stage.workspace.wait_for(stage._nothing_due, 60)  # noqa: SLF001 - the bot's own patience with Slack
    _until(stage, lambda: _told(stage))
    both = stage.pages("U0LEAD1")
    assert [page.posted.count(stage.check().ref) for page in both] == [1, 1]
    stage.lead_one.press("I will lead", both[0])
    stage.settle()
    assert "<@U0LEAD1> leads." in words_of(page_of(stage.lead_one))


def test_slack_goes_down_and_comes_back(stage: Stage) -> None:
    """What was due meanwhile is there afterwards, each thing once, and the bot is connected again."""
    stage.begin()
    stage.answer(*HARM[:-1])
    stage.workspace.faults.refuse(POST, times=None)
    stage.press("Yes")
    stage.workspace.down = True
    stage.pass_time(minutes=16)
    stage.workspace.faults.clear()
    stage.workspace.down = False
    stage.workspace.wait_for_bot(timeout=30)
    _until(stage, lambda: LEADS in stage.paged())
    stage.pass_time(minutes=2)
    assert any("This is ask 2." in words_of(page) for page in stage.pages())
    assert _told(stage) or "No answer yet. I asked again" in words_of(card_of(stage.staff))
    stage.lead()
    assert stage.events()[EventKind.ANSWERED] == 4


def test_a_window_that_slack_does_not_open_breaks_nothing(stage: Stage) -> None:
    """The person is told to try again; the next press opens it."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    go_on(stage.staff)
    stage.settle()
    for person, button, title in (
        (stage.staff, "Why we ask", "Why we ask"),
        (stage.lead_one, "Open", "Summary"),
    ):
        where = card_of(person) if person is stage.staff else page_of(person)
        stage.workspace.faults.server_error("views.open", times=1)
        assert person.press(button, where).acked
        person.wait_for("Please try again, or phone")
        assert person.modal is None
        person.press(button, where)
        opened(person, title)
    stage.staff.close()
    stage.answer("No")


def test_a_slow_slack_keeps_nobody_waiting_for_their_answer(stage: Stage) -> None:
    """The answer is saved and acknowledged before Slack is asked to show anything."""
    stage.begin()
    stage.settle()
    stage.workspace.faults.slow("chat.*", milliseconds=1500)
    acted = stage.staff.press("No", card_of(stage.staff))
    assert acted.acked
    assert acted.latency < 1.5
    assert list(stage.check().answers) == ["S1"]
    stage.workspace.faults.clear()
    stage.workspace.wait_for(stage._nothing_due, 15)  # noqa: SLF001 - the slow answers come first


def test_a_card_that_was_deleted_is_posted_anew(stage: Stage) -> None:
    """The conversation goes on below."""
    stage.begin()
    stage.settle()
    stage.workspace.slack.world.messages.remove(
        next(each for each in stage.workspace.slack.world.messages if each.ts == card_of(stage.staff).ts)
    )
    stage.staff.command("/share-check")
    stage.staff.wait_for("in danger right now")


def test_lost_connections_are_made_again(stage: Stage) -> None:
    """Cut without a word, or asked to leave as every few hours: the next press arrives."""
    stage.begin()
    stage.workspace.drop_sockets()
    stage.workspace.wait_for_bot(timeout=30)
    stage.answer("No")
    stage.workspace.disconnect("refresh_requested")
    stage.workspace.wait_for(lambda: stage.workspace.connections == 0)
    stage.workspace.wait_for_bot(timeout=30)
    stage.answer("No")


def test_a_line_never_stands_alone_when_its_page_was_removed(stage: Stage) -> None:
    """An admin removes the page in the channel: Slack then posts its lines beside the pages, in silence."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    (gone,) = stage.pages()
    stage.workspace.person("U0ADMIN").delete(gone)
    assert stage.lead_one.press("I will lead", page_of(stage.lead_one, "D0LEAD1")).acked
    stage.settle()
    (page,) = stage.pages()
    stands = [each for each in stage.lead_two.messages(LEADS) if not each.thread_ts]
    assert [each.ts for each in stands] == [page.ts]


def test_where_deleting_is_forbidden_a_line_without_its_page_is_emptied_and_posted_once(stage: Stage) -> None:
    """Some workspaces let nobody delete a message: it is not posted again and again."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    (gone,) = stage.pages()
    stage.workspace.person("U0ADMIN").delete(gone)
    stage.workspace.faults.error("chat.delete", "cant_delete_message", times=None)
    assert stage.lead_one.press("I will lead", page_of(stage.lead_one, "D0LEAD1")).acked
    stage.settle()
    stage.pass_time(minutes=2)
    stands = [each for each in stage.lead_two.messages(LEADS) if not each.thread_ts and each not in stage.pages()]
    assert [words_of(each) for each in stands] == ["Nothing to do here."]
