"""The real bot beside the sandbox workspace: what a whole story needs, in a few plain builders."""

from __future__ import annotations

import contextlib
import copy
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select

from bot.app import Bot, build
from bot.checks import card
from bot.clock import ShiftedClock
from bot.config.organisation import example_organisation_path, load_organisation
from bot.config.settings import Settings, setting_names
from bot.slack.http_mode import open_server
from bot.slack.http_mode import run as web_run
from flows.case import SYSTEM, Case, Check, Entry
from flows.events import EventKind
from sandbox import Workspace
from sandbox.client.people import Person
from sandbox.client.result import InteractionResult
from sandbox.state import visible_text
from sandbox.state.models import ApiRequest, SlackMessage, View
from storage import cases, checks
from storage import events as record
from storage.engine.database import Database
from storage.tables import checks as check_table
from storage.tables import outbox
from tests.databases import sqlite_file

ROOT = Path(__file__).parent.parent
MANIFEST = ROOT / "manifest.yml"
TICK = 1.0
"""Seconds after which the bot's loops look of themselves; whoever adds something, or moves the clock, wakes them."""
PING = 0.5
LEADS = "C0LEADS"

on_every_stage = pytest.mark.parametrize(
    "stage",
    [
        ("socket", "sqlite"),
        pytest.param(("http", "postgres"), marks=pytest.mark.needs_postgres),
    ],
    indirect=True,
    ids="-".join,
)
"""Tell this story over Socket Mode and over HTTP, on SQLite and on PostgreSQL: neither knows of the other."""


@dataclass(frozen=True)
class Ticks:
    """Boxes to tick on the card before Continue."""

    labels: tuple[str, ...]

    def __init__(self, *labels: str) -> None:
        object.__setattr__(self, "labels", labels)


Given = str | Ticks
NO_WORRY = Ticks("None of these")
"""S7 with no kind of worry ticked."""
CALM = ("No", "No", "No", "No", "No", NO_WORRY)
"""S1 to S7: nobody in danger or at risk."""
POSSIBLY = ("No", "No", "No", "Possibly", "No", "No", NO_WORRY)
"""S1 to S7: somebody may be at risk of harm, nothing has to happen today."""
HARM = ("No", "No", "No", "Yes")
"""S1 to S4: somebody is at risk of harm."""
CONSENT = (
    "Yes, and it is written down",
    "No",
    "Yes, a power (may)",
    "Adult",
    Ticks("None of these"),
    "Yes",
)
"""3.1 with consent that is understood."""
NO_CONSENT = (
    "No, not asked",
    "Yes",
    "No, there is another reason I can share",
    "Yes, a power (may)",
    "Child under 13",
    Ticks("None of these"),
    "NOT sharing would do more harm",
)
"""3.1 without consent, and with a reason to share."""
CLEAR = (
    "Only what is needed - I can list it",
    "Yes",
    "No, I saw or heard it myself",
    "Yes, I have confirmed who they are",
    "Yes",
    "Yes",
    "Yes, and it is right",
)
"""3.2 and 3.3 with nothing to sort out."""
NOT_YET = "Not yet, I need to sort something first"
TELL_ALL = "Tell all the leads"
LEAVE_OUT = "Yes - choose who to leave out (one or more leads)"
TO_SHARE = {
    "what": "What they said.",
    "whom": "Children's social care",
    "how": "By phone.",
    "time": "Today",
    "by": "Lead one",
    "basis": "Protecting a child at risk",
}
"""What a decision to share says beside its reason."""
GO_ON = "Go on ("
"""The button after which the page moment shows the next question; it says how long the rest takes."""
SHARING = ("Share the information", "Refer to another service")
ANSWERED = {"agency": "Children's social care", "state": "Yes", "receipt": "They rang back at 10:20."}
"""What a plan says of an agency that was told, and has answered, at once."""
UNHURRIED = 12.0
"""Seconds. Slack waits for three; how fast this machine is today is no part of a story. bench/ measures it."""


class Stage:
    """One workspace, one bot, and everybody in it."""

    def __init__(self, workspace: Workspace, settings: Settings, port: int = 0) -> None:
        self.workspace = workspace
        self.settings = settings
        self.staff = workspace.person("U0STAFF")
        self.colleague = workspace.person("U0STAFF2")
        self.lead_one = workspace.person("U0LEAD1")
        self.lead_two = workspace.person("U0LEAD2")
        self.deputy = workspace.person("U0DEPUTY")
        self.independent = workspace.person("U0INDEP")
        self._port = port
        self._running = contextlib.ExitStack()
        self.start_bot()

    # The world around it

    def start_bot(self) -> None:
        """Start a bot, on the database as the one before it left it."""
        self.bot = self._running.enter_context(running(self.settings, self.workspace, self._port))

    def stop_bot(self) -> None:
        """Stop the bot, as when it is updated."""
        self._running.close()

    def forward(self, **wait: float) -> None:
        """Move the clock, for the workspace and the bot alike."""
        seconds = wait.get("seconds", 0) + 60 * wait.get("minutes", 0) + 3600 * wait.get("hours", 0)
        self.workspace.clock.forward(seconds)

    def to_next(self, weekday: int, hour: int, minute: int = 0, after: int = 7) -> None:
        """Go to this hour, in the organisation's time zone, of a weekday at least `after` days on; Monday is 0."""
        zone = self.bot.services.organisation.zone
        now = self.bot.services.clock.now().astimezone(zone)
        day = now.date() + timedelta(days=after)
        day += timedelta(days=(weekday - day.weekday()) % 7)
        wanted = datetime.combine(day, time(hour, minute), zone)
        self.pass_time(seconds=(wanted - now).total_seconds())

    def settle(self) -> None:
        """Wait until nothing is due any more: what is not there now does not come."""
        self.bot.scheduler.turn()
        self.workspace.wait_for(self._nothing_due, 15)

    def _nothing_due(self) -> bool:
        """Asked in one statement, and before the time is: a row claimed or due meanwhile is not overlooked."""
        with self.bot.services.database.read() as tx:
            claimed, first = tx.execute(select(func.count(outbox.c.token), func.min(outbox.c.due_at))).one()
        if first is None or first > self.bot.services.clock.now():
            return not claimed
        self.bot.services.unsent.wake()
        return False

    def pass_time(self, **wait: float) -> None:
        """Let time go by, and everything that it brings happen."""
        self.forward(**wait)
        self.settle()

    # What the staff member does

    def begin(self, who: Person | None = None) -> None:
        """Type /share-check and see the first question."""
        person = who or self.staff
        assert person.command("/share-check").acked
        person.wait_for(lambda: cards_of(person) and "in danger right now" in words_of(card_of(person)))

    def answer(self, *given: Given, who: Person | None = None) -> None:
        """Press these buttons of the card one after the other, each once the card shows it."""
        person = who or self.staff
        self.settle()
        for each in given:
            label = "Continue" if isinstance(each, Ticks) else each
            person.wait_for(partial(_offers, person, label))
            go_on(person, label)
            before = card_of(person)
            if isinstance(each, Ticks):
                person.choose("tick", *each.labels, where=before)
            assert person.press(label, before).acked
            person.wait_for(partial(_has_changed, person, before))

    def press(self, label: str, who: Person | None = None) -> InteractionResult:
        """Press a button of the card."""
        person = who or self.staff
        self.settle()
        go_on(person, label)
        acted = press_on(person, label, card_of(person))
        assert acted.acked
        self.settle()
        return acted

    def leave_out(self, *names: str, button: str = LEAVE_OUT) -> InteractionResult:
        """Say who must not be told."""
        self.press(button)
        opened(self.staff, "Leave someone out")
        acted = self.staff.submit({"people": list(names)})
        self.settle()
        return acted

    def send(self, who: Person | None = None) -> InteractionResult:
        """Check your answers, and send; with a reason where one is asked for, without what happened where it is not."""
        person = who or self.staff
        self.press("Check your answers", person)
        opened(person, "Check your answers")
        return self.hand_over(person)

    def hand_over(self, who: Person | None = None) -> InteractionResult:
        """Press Send in Check your answers, which is open; once more where it asks what happened first."""
        person = who or self.staff
        modal = person.modal
        assert modal is not None
        boxes = {str(block.get("block_id")) for block in modal.blocks if block["type"] == "input"}
        acted = person.submit({"reason": "It can wait."} if "reason" in boxes else {})
        if "story" in boxes:
            acted = person.submit()
        self.settle()
        return acted

    def finish(self, *given: Given) -> None:
        """Begin, give these answers, and send."""
        self.begin()
        self.answer(*given)
        self.send()

    # What the leads do

    def lead(self, person: Person | None = None) -> None:
        """Say I will lead."""
        person = person or self.lead_one
        self.settle()
        assert person.press("I will lead", page_of(person)).acked
        self.settle()

    def open(self, button: str, title: str, who: Person | None = None) -> None:
        """Press a button of the leads' card that opens a modal."""
        person = who or self.lead_one
        self.settle()
        assert press_on(person, button, page_of(person)).acked
        opened(person, title)

    def plan(
        self,
        decision: str = "Share the information",
        status: str = "Done",
        who: Person | None = None,
        **more: str,
    ) -> None:
        """Decide, and write the three parts of the plan."""
        person = who or self.lead_one
        self.settle()
        case = self.case()
        press_on(person, "Change plan" if case and case.plan_round else "Agree plan", page_of(person))
        opened(person, "Agree plan: decision")
        decided = {"decision": decision, "reason": more.get("reason", "It protects them.")}
        if decision in SHARING:
            decided |= {key: more.get(key, words) for key, words in TO_SHARE.items()}
        if person.modal and "unanswered" in visible_boxes(person):
            decided["unanswered"] = more.get("unanswered", "There was no time to ask.")
        assert person.submit(decided).error is None
        opened(person, "Agree plan: three parts")
        for strand in ("student", "professionals", "parent"):
            what = more.get(strand, "A first step.")
            person.fill({f"{strand}.what": what, f"{strand}.status": status})
        if decision in SHARING and "agency.agency" in visible_boxes(person):
            person.fill({f"agency.{key}": more.get(key, words) for key, words in ANSWERED.items()})
        assert person.submit().error is None
        self.settle()

    def close(self, **typed: str) -> InteractionResult:
        """Close the case."""
        self.open("Close", "Close this check")
        acted = self.lead_one.submit({"outcome": typed.get("outcome", "They are safe.")})
        self.settle()
        return acted

    def record_sharing(self, **typed: str) -> InteractionResult:
        """Answer the two last questions."""
        self.settle()
        self.staff.press("Answer")
        opened(self.staff, "After sharing")
        boxes = {key: typed.get(key, "As planned.") for key in ("what", "whom", "why", "how")}
        acted = self.staff.submit({"3.4.1": "Yes", "3.4.2": "Yes", **boxes})
        self.settle()
        return acted

    # What is kept

    def checks(self) -> list[Check]:
        """All checks, oldest first."""
        with self.bot.services.database.read() as tx:
            people = select(check_table.c.id).where(check_table.c.reporter != SYSTEM)
            ids = tx.scalars(people.order_by(check_table.c.started_at)).all()
            return [checks.load(tx, self.bot.services.keys, one).check for one in ids]

    def check(self) -> Check:
        """The newest check."""
        return self.checks()[-1]

    def case(self) -> Case | None:
        """The newest check's case."""
        with self.bot.services.database.read() as tx:
            return cases.find(tx, checks.load(tx, self.bot.services.keys, self.check().id))

    def record(self, check: str | None = None) -> list[Entry]:
        """Everything recorded of a check, the newest unless another is named."""
        with self.bot.services.database.read() as tx:
            found = checks.load(tx, self.bot.services.keys, check or self.check().id)
            return list(record.history(tx, found.check.id, found.sealer))

    def events(self) -> Counter[EventKind]:
        """How many of each kind of event there are."""
        return Counter(entry.what for entry in self.record())

    def pages(self, target: str = LEADS) -> list[SlackMessage]:
        """Pages that stand in a channel or, by a person's id, in their direct messages."""
        where = "D" + target[1:] if target.startswith("U") else target
        live = [each for each in self.workspace.slack.world.messages if not each.deleted]
        return [each for each in live if each.channel == where and is_page(each)]

    def edits(self) -> list[ApiRequest]:
        """Every edit of a message so far: by chat.update, or over the response_url of a press."""
        both = [call for call in self.workspace.requests if call.method in ("chat.update", "response_url")]
        return [call for call in both if call.method == "chat.update" or call.args.get("replace_original")]

    def paged(self) -> set[str]:
        """Whoever was ever sent a page: the channel, and people's ids."""
        told = {entry.content["to"] for entry in self.record() if entry.what == EventKind.PAGE_SENT}
        return {str(one) for one in told}

    def forge(self, acted: InteractionResult, action: str, value: str) -> InteractionResult:
        """The payload of an earlier press as if another button had been pressed."""
        payload = copy.deepcopy(acted.payload)
        assert payload is not None
        payload["actions"][0] |= {"action_id": action, "value": value}
        return self.workspace.replay(InteractionResult(acked=True, payload=payload))


def opened(person: Person, title: str) -> None:
    """Wait until this modal is on screen."""
    person.wait_for(lambda: person.modal and person.modal.title == title)


def visible_boxes(person: Person) -> set[str]:
    """The ids of the boxes of the modal on screen."""
    assert person.modal is not None
    return {str(block.get("block_id")) for block in person.modal.blocks if block["type"] == "input"}


def window_of(person: Person) -> View:
    """The modal on screen, to be looked at again on another device once it is closed here."""
    assert person.modal is not None
    return person.modal


def take_up(stage: Stage, person: Person, window: View) -> None:
    """Go on in a modal that is still open on another device."""
    stage.workspace.slack.world.stacks[person.id][:] = [window]


def words_of(message: SlackMessage) -> str:
    """The words a message shows."""
    return visible_text.of_message(message)


def cards_of(person: Person) -> list[SlackMessage]:
    """The cards of a person's checks, oldest first."""
    return [message for message in person.dm if message.posted == card.TEXT and not message.ephemeral]


def card_of(person: Person) -> SlackMessage:
    """The newest card of a person's checks."""
    return cards_of(person)[-1]


def press_on(person: Person, label: str, message: SlackMessage, *, times: int = 1) -> InteractionResult:
    """Press a button of a message, or one in the window behind its More."""
    if label in person.buttons(message) or "More" not in person.buttons(message):
        return person.press(label, message, times=times)
    assert person.press("More", message).acked
    opened(person, "More")
    return person.press(label, "modal", times=times)


def _offers(person: Person, label: str) -> bool:
    shown = person.buttons(card_of(person))
    return label in shown or any(each.startswith(GO_ON) for each in shown)


def go_on(person: Person, label: str = "") -> None:
    """Go on from the page moment, which shows no question, unless this button is there."""
    on = next((each for each in person.buttons(card_of(person)) if each.startswith(GO_ON)), None)
    if on is None or label in person.buttons(card_of(person)):
        return
    assert person.press(on, card_of(person)).acked
    person.wait_for(lambda: on not in person.buttons(card_of(person)))


def _has_changed(person: Person, before: SlackMessage) -> bool:
    return card_of(person).blocks != before.blocks


def is_page(message: SlackMessage) -> bool:
    """Whether this is a leads' card."""
    is_asked_below = message.text.endswith("see the newer message below.")
    is_line = "something new" in message.posted
    return "Open Slack to see it" in message.posted and not is_line and not is_asked_below


def page_of(person: Person, channel: str | None = None) -> SlackMessage:
    """The newest leads' card this person has; in the channel or in their direct messages."""
    return [message for message in person.messages(channel) if is_page(message)][-1]


def thread_of(person: Person, channel: str = LEADS) -> list[str]:
    """The lines under the pages in a channel, without their times."""
    lines = [message for message in person.messages(channel) if message.thread_ts and message.bot]
    return [words_of(message).partition(": ")[2] for message in lines]


def whispers(person: Person) -> list[str]:
    """What only this person was told, oldest first."""
    return [words_of(message) for message in person.messages() if message.ephemeral]


def whispered(person: Person, act: Callable[[], object]) -> str:
    """What a person is told, alone, when they do this."""
    before = len(whispers(person))
    act()
    person.wait_for(lambda: len(whispers(person)) > before)
    return whispers(person)[-1]


def sees_nothing(person: Person) -> bool:
    """Whether there is no trace of anything for them: no message, no modal, no notice."""
    return person.text() == ""


def settings_for(workspace: Workspace, database_url: str, clock_file: Path, **more: str) -> Settings:
    """The bot's settings, as from the environment."""
    return Settings.model_validate(
        {
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": workspace.app_token,
            "SLACK_SIGNING_SECRET": workspace.signing_secret,
            "SLACK_API_URL": workspace.api_url,
            "SHARE_CHECK_DATABASE_URL": database_url,
            "SHARE_CHECK_KEYS": Fernet.generate_key().decode(),
            "SHARE_CHECK_CLOCK_FILE": str(clock_file),
            **more,
        }
    )


@contextlib.contextmanager
def stage(
    folder: Path,
    database_url: str | None = None,
    mode: str = "socket",
    more: Mapping[str, str] | None = None,
    *,
    rates: bool = False,
) -> Iterator[Stage]:
    """A workspace and a bot in it, until the test is done. Slack's rates are off: a day of a story takes a second."""
    clock_file = folder / "clock"
    port = free_port()
    request_url = f"http://127.0.0.1:{port}/slack/events"
    with Workspace(
        manifest=MANIFEST,
        clock_file=clock_file,
        delivery="http" if mode == "http" else "socket",
        request_url=request_url if mode == "http" else None,
        ack_seconds=UNHURRIED,
        trigger_seconds=UNHURRIED,
        rates=rates,
    ) as workspace:
        url = database_url or sqlite_file(folder / "test.db")
        settings = settings_for(workspace, url, clock_file, SHARE_CHECK_MODE=mode, **(more or {}))
        set_stage = Stage(workspace, settings, port)
        try:
            yield set_stage
        finally:
            set_stage.stop_bot()


@contextlib.contextmanager
def running(settings: Settings, workspace: Workspace, port: int = 0) -> Iterator[Bot]:
    """The bot as `share-check serve` runs it, in this process."""
    database = Database(settings.database_url.get_secret_value())
    database.migrate()
    clock = ShiftedClock(settings.clock_file or Path())
    bot = build(settings, load_organisation(example_organisation_path()), database, clock)
    bot.start(TICK)
    try:
        if settings.mode == "http":
            with serving_http(bot, settings.secrets.signing_secret or "", port):
                yield bot
        else:
            bot.connect(workspace.app_token, settings.workers, PING)
            workspace.wait_for_bot()
            yield bot
    finally:
        workspace.drop_sockets()
        bot.stop()


@contextlib.contextmanager
def serving_http(bot: Bot, signing_secret: str, port: int) -> Iterator[None]:
    """Bolt's WSGI adapter on waitress, as in production."""
    from waitress.server import BaseWSGIServer  # noqa: PLC0415 - an extra

    server = open_server(bot.app, signing_secret, "127.0.0.1", port)
    assert isinstance(server, BaseWSGIServer)
    stopping = threading.Event()
    thread = threading.Thread(target=web_run, args=(server, stopping), daemon=True, name="http")
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        server.close()
        for channel in list(server.active_channels.values()):  # type: ignore[attr-defined] # it is a dict
            channel.handle_close()
        thread.join()
        server.task_dispatcher.shutdown()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command_settings(stage: Stage) -> dict[str, str | None]:
    """Return the environment in which a command works beside this stage's bot, with no other settings."""
    settings = stage.settings
    return {
        **dict.fromkeys(setting_names()),
        "SLACK_API_URL": settings.slack_api_url,
        "SLACK_BOT_TOKEN": settings.bot_token.get_secret_value(),
        "SLACK_APP_TOKEN": stage.workspace.app_token,
        "SLACK_SIGNING_SECRET": stage.workspace.signing_secret,
        "SHARE_CHECK_DATABASE_URL": settings.database_url.get_secret_value(),
        "SHARE_CHECK_KEYS": settings.keys[0].get_secret_value(),
        "SHARE_CHECK_CLOCK_FILE": str(settings.clock_file),
        "SHARE_CHECK_ORGANISATION": str(example_organisation_path()),
    }
