"""The composition root: the one module that builds the bot from its parts."""

from __future__ import annotations

import logging
import secrets
import ssl
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bot.access_requests import listeners as requests
from bot.access_requests import release
from bot.alarms import outgoing as alarms_outgoing
from bot.alarms.auditor import Auditor
from bot.alarms.conditions import ConditionWatch
from bot.alarms.heartbeat import Heartbeat
from bot.breaches import listeners as breaches
from bot.breaches import outgoing as breaches_outgoing
from bot.breaches import schedule as breaches_schedule
from bot.cases import aftercare, agencies, agreement, closing, corrections
from bot.cases import listeners as casework
from bot.cases import outgoing as cases_outgoing
from bot.cases import schedule as cases_schedule
from bot.cases.schedule import PageWatch
from bot.checks import entry_points
from bot.checks import listeners as conversation
from bot.checks import outgoing as checks_outgoing
from bot.checks import schedule as checks_schedule
from bot.checks.slow import SlowCards
from bot.clock import Clock
from bot.config.organisation import Organisation
from bot.config.roster import phone_words, roster_of
from bot.config.settings import ADMINISTRATORS, Settings
from bot.context import Services
from bot.cover import listeners as cover
from bot.cover import outgoing as cover_outgoing
from bot.cover.schedule import AccountWatch
from bot.delivery.other_channels import SecondChannel, Via
from bot.delivery.render import Renderers
from bot.delivery.scheduler import Scheduler
from bot.delivery.sender import QUEUES, Deliverer, OtherWays, SenderState
from bot.delivery.turns import SENDING_TIMEOUT
from bot.digest import outgoing as digest_outgoing
from bot.digest import schedule as digest_schedule
from bot.doctor import conditions
from bot.findings import Condition
from bot.home import listeners as home
from bot.home import outgoing as home_outgoing
from bot.home import schedule as home_schedule
from bot.monitoring.metrics import Measured
from bot.practice import drill
from bot.practice import listeners as practice
from bot.records import listeners as records
from bot.records import over_time
from bot.retention import listeners as retention
from bot.retention import outgoing as retention_outgoing
from bot.retention import schedule as retention_schedule
from bot.slack import failures
from bot.slack.kept_alive import KeptAliveClient
from bot.slack.membership import Outsiders
from bot.slack.replies import Replies, webhooks
from bot.slack.socket_mode import GIVE_UP_AFTER, SocketWatch
from bot.supervised_loop import SupervisedLoop
from storage.crypto.envelope import Keyring
from storage.engine.database import Database

log = logging.getLogger(__name__)
REPLIES = 8
WIDTHS = (48, 128, 8)
"""Calls at once, at most, for each of QUEUES. The pools grow with what waits."""
TICK = 1.0
PING = 3.0
"""Seconds between pings. After six without an answer a connection counts as dead; until it is replaced presses fail."""
SLACK_TIMEOUT, PROBE_TIMEOUT = 10, 4
PROBE_EVERY = 3.0
"""Seconds between two questions whether Slack is back, while it takes nothing."""
CLOSE_WITHIN = 10


class Bot:
    """The assembled bot: `start` runs its loops, `connect` connects it to Slack, `stop` lets it finish its work."""

    def __init__(
        self,
        app: App,
        services: Services,
        deliverers: Sequence[Deliverer],
        scheduler: Scheduler,
        auditor: Auditor,
        probe: SupervisedLoop,
        executors: Sequence[Executor],
    ) -> None:
        self.app = app
        self.services = services
        self.deliverers = deliverers
        self.scheduler = scheduler
        self.auditor = auditor
        auditor.is_connected = lambda: self.is_connected
        self._probe = probe
        self._executors = executors
        self.loops: list[SupervisedLoop] = []
        self._watch: SocketWatch | None = None
        self._started = time.monotonic()
        self.is_waiting_for_slack = False

    def start(self, tick: float = TICK) -> None:
        """Run the start-up jobs, then start senders and scheduler, each every `tick` seconds, and the auditor."""
        self.scheduler.wake_up()
        senders = [deliverer.loop(tick) for deliverer in self.deliverers]
        self.loops = [*senders, self.scheduler.loop(tick), self.auditor.loop(), self._probe]
        for loop in self.loops:
            loop.start()

    def connect(
        self,
        app_token: str,
        workers: int,
        ping: float = PING,
        give_up: Callable[[], None] = lambda: None,
        give_up_after: float = GIVE_UP_AFTER,
    ) -> None:
        """Connect over Socket Mode; reconnect where the connection is lost or six pings in a row go unanswered.

        ping: seconds between pings. give_up: called where that has not helped for give_up_after seconds although Slack
        answers otherwise. Raises SlackApiError where Slack refuses the token. Where Slack cannot be reached, the
        connection is tried again.
        """
        self._watch = SocketWatch(self.app, app_token, workers, ping=ping, give_up=give_up, give_up_after=give_up_after)
        self._watch.start()

    @property
    def is_connected(self) -> bool:
        """Return whether Slack reaches us, as of the last few seconds; over HTTP, whether it answered at the start."""
        return not self.is_waiting_for_slack and (self._watch is None or self._watch.is_well)

    @property
    def socket_age(self) -> float | None:
        """Return the seconds since the connection to Slack was opened; None without one, and over HTTP."""
        return None if self._watch is None else self._watch.age

    @property
    def ended_loops(self) -> tuple[str, ...]:
        """Return the names of the loops that have ended, which none should before the bot is stopped."""
        return tuple(loop.name for loop in self.loops if loop.has_ended)

    def since(self, loop: str) -> float:
        """Return the seconds since this loop last finished a turn; before its first turn, since the start."""
        since = self.services.meters.since(loop)
        return time.monotonic() - self._started if since is None else since

    @property
    def has_given_up(self) -> bool:
        """Return whether the connection to Slack was given up, so that only a new process may get one."""
        return self._watch is not None and self._watch.has_given_up

    def stop(self) -> None:
        """Stop receiving, finish what was begun, close the database. Unsent messages stay in the outbox."""
        if self._watch is not None:
            self._watch.stop()
        for loop in self.loops:
            loop.stop()
        for loop in self.loops:
            loop.join(CLOSE_WITHIN)
        for executor in self._executors:
            executor.shutdown(wait=True, cancel_futures=False)
        self.services.database.close()


@dataclass(frozen=True, slots=True)
class Edges:
    """Everything outside the process: Slack, the other ways to people, the heartbeat; and the thread pools.

    sending: Slack for what is sent, with a longer time-out; probe: for whether it is back, with a shorter one.
    webhook: makes the client that posts to a response_url. ways_to_administrators: other than Slack.
    senders: one executor for each of QUEUES. conditions: what Slack says about token, scopes and leads' channel.
    """

    slack: WebClient
    sending: WebClient
    probe: WebClient
    webhook: Callable[[str], WebhookClient]
    signing_secret: str
    other_ways: OtherWays
    ways_to_administrators: Sequence[Via]
    heartbeat: Heartbeat
    listeners: Executor
    replies: Executor
    senders: Sequence[Executor]
    conditions: Callable[[], frozenset[Condition]]


def build(settings: Settings, organisation: Organisation, database: Database, clock: Clock) -> Bot:
    """Build a bot that is ready to start. Calls nothing outside the process."""
    client, second = web_client(settings), SecondChannel(settings, organisation)
    edges = Edges(
        slack=client,
        sending=web_client(settings, SENDING_TIMEOUT),
        probe=web_client(settings, PROBE_TIMEOUT),
        webhook=webhooks(client),
        signing_secret=settings.secrets.signing_secret or "unused",
        other_ways=second,
        ways_to_administrators=second.ways(ADMINISTRATORS),
        heartbeat=Heartbeat(settings.secrets.heartbeat_url),
        listeners=ThreadPoolExecutor(settings.workers, thread_name_prefix="listener"),
        replies=ThreadPoolExecutor(REPLIES, thread_name_prefix="reply"),
        senders=[ThreadPoolExecutor(width, thread_name_prefix="sender") for width in WIDTHS],
        conditions=lambda: conditions.in_slack(client, organisation, clock, settings.mode),
    )
    return assemble(services_of(settings, organisation, database, clock, second), edges)


def assemble(services: Services, edges: Edges) -> Bot:
    """Assemble the bot from services and edges. Calls nothing outside the process."""
    app, instance = _bolt_app(edges), secrets.token_hex(4)
    app.meters = services.meters
    replies = Replies(edges.slack, edges.webhook, edges.replies, phone_words(services.organisation))
    rendered = renderers()
    shared = SenderState(replies.urls)
    deliverers = [
        Deliverer(services, rendered, edges.sending, senders, edges.other_ways, instance, lanes, shared, width)
        for lanes, senders, width in zip(QUEUES, edges.senders, WIDTHS, strict=True)
    ]
    watch = ConditionWatch(services, edges.slack, edges.conditions, edges.other_ways, edges.ways_to_administrators)
    accounts = AccountWatch(services, edges.slack)
    looks = (PageWatch(services).turn, accounts.turn)
    auditor = Auditor(services, looks, edges.ways_to_administrators, edges.heartbeat, watch)
    slow, jobs = SlowCards(services, replies), scheduler(services, instance)
    jobs.each_turn(slow.turn)
    register(app, services, edges.slack, replies, accounts, slow)
    executors = (edges.listeners, edges.replies, *edges.senders)
    probe = SupervisedLoop(
        "probe",
        lambda: deliverers[0].ask_whether_slack_is_back(edges.probe),
        every=PROBE_EVERY,
        failure="Slack could not be asked whether it is back",
    )
    return Bot(app, services, deliverers, jobs, auditor, probe, executors)


def _bolt_app(edges: Edges) -> Measured:
    """Make Bolt's App for one workspace. It asks Slack nothing: pages are timed and e-mailed while Slack is away.

    With a token in place of `authorize`, Bolt would call auth.test in the press that comes first.
    """
    bolt_log = logging.getLogger("share-check.bolt")
    bolt_log.setLevel(logging.ERROR)  # its warnings quote payloads
    return Measured(
        name=bolt_log.name,  # Bolt gives the logger of this name the level of `logger`; its default costs a stack walk
        client=edges.slack,
        logger=bolt_log,
        signing_secret=edges.signing_secret,
        process_before_response=True,
        listener_executor=edges.listeners,
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id=None, bot_token=edges.slack.token),
        ignoring_self_events_enabled=False,  # the manifest subscribes to no messages; both cost every press
        ignoring_self_assistant_message_events_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )


def services_of(
    settings: Settings, organisation: Organisation, database: Database, clock: Clock, second: SecondChannel
) -> Services:
    """Build the services for listeners and screens, also for a CLI command that queues messages for the running bot."""
    secret = settings.secrets
    ways = {person.id: second.ways(person.id) for person in organisation.everybody}
    roster = roster_of(organisation, ways)
    return Services(
        organisation,
        roster,
        database,
        Keyring(secret.keys),
        clock,
        seal_key=secret.seal_key,
        ways_to_administrators=second.ways(ADMINISTRATORS),
    )


def register(
    app: App, services: Services, client: WebClient, replies: Replies, accounts: AccountWatch, slow: SlowCards
) -> None:
    """Register every button, modal, command and event."""
    outsiders = Outsiders(client, services.clock, services.roster.names)
    failures.register(app, services.organisation, replies)
    conversation.register(
        app, services, replies, slow
    )  # first: Bolt tries matchers in this order; most payloads are answers
    logs = {"breaches": breaches.register(app, services, replies).log_of}
    entry_points.register(app, entry_points.EntryPoints(services, client, replies, outsiders, logs))
    casework.register(app, services, replies)
    closing.register(app, services, replies)
    agencies.register(app, services, replies)
    agreement.register(app, services, replies)
    aftercare.register(app, services, replies)
    corrections.register(app, services, replies)
    home.register(app, services, replies, outsiders)
    cover.register(app, services, replies, accounts, outsiders)
    drill.register(app, services, replies)
    records.register(app, services, replies)
    over_time.register(app, services, replies)
    requests.register(app, services, replies)
    release.register(app, services, replies)
    retention.register(app, services, replies)
    practice.register(app, services, replies)


def renderers() -> Renderers:
    """Return the renderers of every kind of outbox row. Raises WrongRenderers where a kind has none."""
    found = Renderers()
    checks_outgoing.register(found)
    cases_outgoing.register(found)
    breaches_outgoing.register(found)
    cover_outgoing.register(found)
    alarms_outgoing.register(found)
    digest_outgoing.register(found)
    home_outgoing.register(found)
    retention_outgoing.register(found)
    found.check_complete()
    return found


def scheduler(services: Services, instance: str = "") -> Scheduler:
    """Return the scheduler with every feature's jobs, pages before everything that can wait."""
    found = Scheduler(services, instance)
    checks_schedule.register(found, services)
    cases_schedule.register(found, services)
    breaches_schedule.register(found, services)
    digest_schedule.register(found, services)
    retention_schedule.register(found, services)
    home_schedule.register(found, services)
    return found


def web_client(settings: Settings, timeout: int = SLACK_TIMEOUT) -> WebClient:
    """Return the Web API client, whose connections stay open: a new one a call would cost a round trip, and TLS.

    It has one TLS context: one a call would cost 24 ms of CPU. The outbox retries.
    """
    encrypted = urlsplit(settings.slack_api_url).scheme == "https"
    logging.getLogger("slack_sdk.web.base_client").setLevel(logging.CRITICAL)  # callers log their own failures
    return KeptAliveClient(
        token=settings.secrets.bot_token,
        base_url=settings.slack_api_url,
        ssl=ssl.create_default_context() if encrypted else None,
        timeout=timeout,
        retry_handlers=[],
    )
