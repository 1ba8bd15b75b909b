"""The tables. The event table is the record; the others are derived state (docs/design-decisions.md, 11)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
    text,
)

from flows.events import EventKind, OutboxKind

K = TypeVar("K", EventKind, OutboxKind)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_WAKING = text("wake_at IS NOT NULL")
_DUE = text("due_at IS NOT NULL")
_NAMED = text("request IS NOT NULL")
_REMINDING = text("remind_at IS NOT NULL")
_UNMADE = text("made_at IS NULL")
_DRAFT = text("status = 'draft'")
_SENT = text("status = 'sent'")
_DRILL = text("is_drill")
_UNSHRUNK = text("shrunk_at IS NULL AND erased_at IS NULL")
_AT_NO_RISK = text("level = 0 AND erased_at IS NULL")
_KEPT = text("erased_at IS NULL")
_UNSETTLED = text("settled_at IS NULL")
_CLAIMED = text("token IS NOT NULL")
_OF_NO_CHECK = text("check_id IS NULL")
_ERASED = text(f"what = {str(OutboxKind.ERASED)!r}")
_NOT_SHRUNK = text("unshrunk IS NOT NULL")
_UNSEALED = text("head IS NULL AND kept_in IS NOT NULL")
_NOT_CLOSED = text("status != 'closed'")
_Id = BigInteger().with_variant(Integer, "sqlite")


class Utc(TypeDecorator[datetime]):
    """An aware datetime stored in UTC. A naive one is refused with ValueError: it would be ambiguous."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"naive time {value!r}"
            raise ValueError(message)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class KindColumn(TypeDecorator[K]):
    """Text read as a member of an enum, or as its unknown member if another version wrote it."""

    impl = String
    cache_ok = True

    def __init__(self, kinds: type[K], length: int) -> None:
        super().__init__(length)
        self.kinds: type[K] = kinds
        self.length = length

    def process_result_value(self, value: str | None, dialect: Dialect) -> K | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else self.kinds.stored(value)


def _check_id(*, primary_key: bool = False, nullable: bool = False) -> Column[Any]:
    return Column("check_id", String(32), ForeignKey("checks.id"), primary_key=primary_key, nullable=nullable)


checks = Table(
    "checks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("ref", String(12), nullable=False, unique=True, comment="random, so that numbering tells nothing"),
    Column("reporter", String(32), nullable=False, comment="Slack user id"),
    Column("status", String(16), nullable=False),
    Column("level", Integer, nullable=False, comment="the highest ever raised; never falls (I11)"),
    Column("outcome", String(16)),
    Column("checklist_version", String(16), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False, comment="destroying it erases all sealed under it"),
    Column("sealed_answers", LargeBinary, nullable=False, comment="question to options, as JSON, sealed"),
    Column("revision", Integer, nullable=False, comment="grows with every saved step"),
    Column("revisiting", String(8), comment="the question Back shows again"),  # empty: sealed with the answers
    Column("asked_lead", Boolean, nullable=False),
    Column("cover", String(8), comment="hidden from prying eyes, or stopped for now"),  # empty: the same
    Column("request", String(64), unique=True, comment="what Slack sent to start it: a replay starts no second"),
    Column("started_at", Utc, nullable=False),
    Column("touched_at", Utc, nullable=False),
    Column("sent_at", Utc),
    Column("wake_at", Utc, comment="when stopping here means something: the leads are told, or a reminder"),
    Column("reminders", Integer, nullable=False, comment="how often the reporter was reminded since they stopped"),
    Column("is_drill", Boolean, nullable=False, server_default=false(), comment="a practice page, in no figures"),
    Column("paper_at", Utc, comment="when it was answered on paper; empty for one that was answered in Slack"),
    Column("held_at", Utc, comment="legal hold: never deleted while this is set"),
    Column("keep_until", Utc, comment="a lead wants it kept until then, although its time was over"),
    Column("erased_at", Utc, comment="when its key was destroyed; what is left of it is a tombstone"),
    Column("shrunk_at", Utc, comment="when its messages in Slack were last cut to the reference because they were old"),
    Index("ix_checks_reporter_touched_at", "reporter", "touched_at"),  # a person's newest checks
    Index(
        "ix_checks_draft", "reporter", "touched_at", sqlite_where=_DRAFT, postgresql_where=_DRAFT
    ),  # a person's drafts, and everybody's
    Index("ix_checks_sent_at", "sent_at", sqlite_where=_SENT, postgresql_where=_SENT),  # sent checks, newest first
    Index("ix_checks_drill", "started_at", sqlite_where=_DRILL, postgresql_where=_DRILL),  # the newest practice page
    Index(
        "ix_checks_unshrunk", "touched_at", sqlite_where=_UNSHRUNK, postgresql_where=_UNSHRUNK
    ),  # old checks whose messages are still whole
    Index(
        "ix_checks_no_risk", "touched_at", sqlite_where=_AT_NO_RISK, postgresql_where=_AT_NO_RISK
    ),  # records without a case that are old enough for deletion
    Index(
        "ix_checks_kept", "started_at", sqlite_where=_KEPT, postgresql_where=_KEPT
    ),  # records with a case that may be old enough for deletion
    Index(
        "ix_checks_wake_at", "wake_at", sqlite_where=_WAKING, postgresql_where=_WAKING
    ),  # abandoned checks that need a lead
)

left_out = Table(
    "left_out",
    metadata,
    _check_id(primary_key=True),
    Column("person", String(64), primary_key=True, comment="organisation id; sees nothing of this check"),
    Column("stepped_aside", Boolean, nullable=False, comment="left by themselves, not by the reporter"),
    Column("slack", String(32), comment="their Slack id then: another id in the organisation's file lets nobody in"),
)

cases = Table(
    "cases",
    metadata,
    _check_id(primary_key=True),
    Column("status", String(16), nullable=False),
    Column("urgency", String(4), nullable=False),
    Column("raised_at", Utc, nullable=False),
    Column("answer_by", Utc, nullable=False),
    Column("asks", Integer, nullable=False, comment="how many times people were paged"),
    Column("asked_at", Utc, nullable=False, comment="when people were last paged"),
    Column("next_page_at", Utc, comment="when the next people are paged; empty once somebody leads"),
    Column("dm_only", Boolean, nullable=False, comment="never in the shared channel"),
    Column("content_free", Boolean, nullable=False, comment="paged before it was known who to leave out"),
    Column("led_by", String(64), comment="organisation id"),
    Column("led_at", Utc),
    Column("decision", String(32)),
    Column("plan_round", Integer, nullable=False, comment="grows with each plan proposed"),
    Column("reporter_agreed_at", Utc),
    Column("disagreed", Boolean, nullable=False),
    Column("shared", String(16), comment="what is known about sharing after the plan (3.4)"),
    Column("waiting_for_answer", Boolean, nullable=False, comment="a lead's question has no answer yet"),
    Column("closed_at", Utc),
    Column("remind_at", Utc, comment="when whoever leads it asked to be reminded"),
    Column(
        "tries",
        Integer,
        nullable=False,
        server_default="1",
        comment="how many of the asks were made since it last came to need a lead",
    ),
    Column("needed_at", Utc, comment="when it last came to need a lead"),
    Column(
        "plan_stands",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="nothing has happened since the plan was made that asks for another",
    ),
    Index("ix_cases_next_page_at", "next_page_at"),  # pages that are due
    Index("ix_cases_raised_at", "raised_at"),  # all cases, newest first: the register
    Index(
        "ix_cases_open", "raised_at", sqlite_where=_NOT_CLOSED, postgresql_where=_NOT_CLOSED
    ),  # open cases, however few
    Index(
        "ix_cases_remind_at", "remind_at", sqlite_where=_REMINDING, postgresql_where=_REMINDING
    ),  # reminders that are due
)

asked = Table(
    "asked",
    metadata,
    _check_id(primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("ask", Integer, nullable=False, comment="the first page that asked them"),
    Column("seen_at", Utc, comment="they pressed I have seen it"),
)

strands = Table(
    "strands",
    metadata,
    _check_id(primary_key=True),
    Column("name", String(16), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("due", String(10), comment="a date"),
    Column("sealed", LargeBinary, nullable=False, comment="what will be done and by whom, or why not"),
)

events = Table(
    "events",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    _check_id(nullable=True),
    Column("at", Utc, nullable=False),
    Column("who", String(64), nullable=False, comment="Slack user id, or share-check itself"),
    Column("what", KindColumn(EventKind, 32), nullable=False),
    Column("commitment", LargeBinary, nullable=False, comment="SHA-256 over salt and content"),
    Column("sealed", LargeBinary, nullable=False, comment="salt and content"),
    Column("request", String(64), comment="what Slack sent: the same again changes nothing"),
    Index("uq_events_request", "request", unique=True, sqlite_where=_NAMED, postgresql_where=_NAMED),
    Index("ix_events_check_id", "check_id"),  # one check's record
    Index("ix_events_at", "at"),  # one week's events
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("key", String(160), nullable=False, unique=True, comment="a repeat of what caused it adds no second"),
    Column("what", KindColumn(OutboxKind, 16), nullable=False),
    _check_id(nullable=True),
    Column("target", String(32), nullable=False, comment="Slack channel or user id"),
    Column("via", String(8), nullable=False, server_default="slack", comment="slack, email or push"),
    Column("event_id", _Id, comment="the event a line is about: rows carry ids, text is made when sent"),
    Column("ask", Integer, nullable=False, comment="which page this is; 0 for others"),
    Column("lane", Integer, nullable=False, comment="0 pages, 1 cards and lines, 2 the rest"),
    Column("wanted", Integer, nullable=False, comment="grows each time it must be shown anew"),
    Column("due_at", Utc, comment="when to (re)send; empty when Slack shows what it should"),
    Column("created_at", Utc, nullable=False),
    Column("token", String(32), comment="who claimed it; a worker whose token is gone rolls back"),
    Column("attempts", Integer, nullable=False),
    Column("last_error", String(64), comment="the class of the error, nothing more"),
    Column("delivered_at", Utc, comment="when Slack first took it"),
    Column("channel", String(32)),
    Column("ts", String(32)),
    Column("shown", String(64), comment="hash of what Slack surely shows; empty while somebody may be changing it"),
    Column("shown_before", String(64), comment="the same, as it was when the row was claimed"),
    Column("proof", LargeBinary, comment="under the check's key: that we posted this message, there"),
    Column(
        "unshrunk",
        String(64),
        comment="Slack's word for why this message could not be shrunk; it is not asked again",
    ),
    Index("ix_outbox_due_at", "lane", "due_at", sqlite_where=_DUE, postgresql_where=_DUE),  # what to send next
    Index("ix_outbox_check_id_what", "check_id", "what"),  # messages to update when a check changes
    Index("ix_outbox_created_at", "created_at"),  # rows from a time that is still to come: the clock was wrong
    Index("ix_outbox_token", "token", sqlite_where=_CLAIMED, postgresql_where=_CLAIMED),  # rows being sent, by whom
    Index(
        "ix_outbox_of_no_check", "what", "created_at", sqlite_where=_OF_NO_CHECK, postgresql_where=_OF_NO_CHECK
    ),  # newest Home tabs and alarms
    Index("ix_outbox_erased", "ts", sqlite_where=_ERASED, postgresql_where=_ERASED),  # messages to take away, and taken
    Index(
        "ix_outbox_unshrunk", "check_id", sqlite_where=_NOT_SHRUNK, postgresql_where=_NOT_SHRUNK
    ),  # messages that Slack did not let us shorten
)

breaches = Table(
    "breaches",
    metadata,
    _check_id(primary_key=True),
    Column("shown_at", Utc, nullable=False, comment="when an answer showed it"),
    Column("known_at", Utc, nullable=False, comment="when the reporter knew: the 72 hours begin"),
    Column("next_ask_at", Utc, comment="when it is asked about again; empty once settled"),
    Column("asks", Integer, nullable=False, comment="how often it was asked about"),
    Column("settled_at", Utc, comment="when everything was recorded of it"),
    Index("ix_breaches_next_ask_at", "next_ask_at"),  # breaches to ask about again
    Index("ix_breaches_shown_at", "shown_at"),  # the breach log, newest first
    Index("ix_breaches_open", "shown_at", sqlite_where=_UNSETTLED, postgresql_where=_UNSETTLED),  # those not settled
)

deletions = Table(
    "deletions",
    metadata,
    _check_id(primary_key=True),
    Column("approved_by", String(32), nullable=False, comment="Slack user id"),
    Column("approved_at", Utc, nullable=False),
    Column("erased_at", Utc, comment="empty until it is done"),
    Column(
        "is_private",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="not every lead could know of it: once erased it is in no list and no number",
    ),
    Index("ix_deletions_erased_at", "erased_at"),  # the newest erasure
)

practised = Table(
    "practised",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("person", String(32), nullable=False, comment="Slack user id"),
    Column("situation", String(32), nullable=False, comment="which made-up situation; no answer"),
    Column("at", Utc, nullable=False),
    Column(
        "request", String(64), nullable=False, unique=True, comment="what Slack sent: the same again adds no second"
    ),
    Index("ix_practised_person", "person", "at"),  # when a person practised last
    Index("ix_practised_at", "at"),  # what is old enough to be deleted
)

pulse = Table(
    "pulse",
    metadata,
    Column("name", String(16), primary_key=True, comment="one row: the clockwork of any instance"),
    Column("at", Utc, nullable=False, comment="when it last turned; a gap means that nobody was there"),
)

away = Table(
    "away",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("person", String(64), nullable=False, comment="organisation id"),
    Column("first", Date, nullable=False, comment="first day away, in the organisation's time zone"),
    Column("last", Date, nullable=False, comment="last day away"),
    Column("set_by", String(32), nullable=False, comment="Slack user id"),
    Column("set_at", Utc, nullable=False),
    Column("request", String(64), unique=True, comment="what Slack sent: the same again adds no second"),
    Index("ix_away_last", "last"),  # who is away from today on
)

unreachable = Table(
    "unreachable",
    metadata,
    Column("person", String(64), primary_key=True, comment="organisation id"),
    Column("since", Utc, nullable=False, comment="when Slack first said that there is no such account any more"),
)

seals = Table(
    "seals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False, comment="1, 2, 3, ... without a gap"),
    Column("made_at", Utc, nullable=False),
    Column("first_event", _Id, nullable=False),
    Column("last_event", _Id, nullable=False),
    Column("entries", Integer, nullable=False, comment="how many events it lists"),
    Column("size", BigInteger, nullable=False, comment="how many events are sealed so far, these included"),
    Column("previous", LargeBinary, nullable=False, comment="the head of the seal before"),
    Column("head", LargeBinary, nullable=False, comment="SHA-256 over all of this and the list"),
    Column("listed", Text, nullable=False, comment="each event in a line: id, time, digest"),
    Column("signer", LargeBinary, comment="Ed25519 public key; empty where no key was set"),
    Column("signature", LargeBinary, comment="over the note that is published"),
)

digests = Table(
    "digests",
    metadata,
    Column("week", String(8), primary_key=True, comment="as in 2026-W47"),
    Column("audience", String(8), primary_key=True, comment="leads or staff"),
    Column("due_at", Utc, nullable=False),
    Column("made_at", Utc, comment="empty until it was made; it is made once, whichever instance does it"),
    Column("figures", Text, comment="the counts, as JSON: what was printed once stays the same in every later trend"),
    Column("kept_in", String(32), comment="the check, about nobody, whose record has the figures as well"),
    Column("head", String(64), comment="of the seal that has them, in hex; printed only then"),
    Index("ix_digests_due_at", "due_at", sqlite_where=_UNMADE, postgresql_where=_UNMADE),  # digests to be made
    Index("ix_digests_unsealed", "week", sqlite_where=_UNSEALED, postgresql_where=_UNSEALED),  # digests without a seal
)

index_keys = Table(
    "index_keys",
    metadata,
    Column("name", String(16), primary_key=True, comment="what it is the key of"),
    Column("wrapped_key", LargeBinary, nullable=False, comment="moved by keys rotate, as a check's is"),
    Column("sealed", LargeBinary, nullable=False, comment="the key of the hashes, sealed under it"),
)

people = Table(
    "people",
    metadata,
    Column("form", LargeBinary(16), primary_key=True, comment="keyed hash of one form of a name, birthday or number"),
    _check_id(primary_key=True),
    Index("ix_people_check_id", "check_id"),  # a check's hashes
)

requests = Table(
    "requests",
    metadata,
    Column(
        "check_id",
        String(32),
        ForeignKey("checks.id"),
        primary_key=True,
        comment="the record of the request itself: its reference, key and events",
    ),
    Column("status", String(16), nullable=False),
    Column("received", Date, nullable=False),
    Column("due", Date, nullable=False),
    Column("extended", Boolean, nullable=False, comment="two months were added, once"),
    Column("sealed", LargeBinary, nullable=False, comment="whom it is about and who asks"),
    Index("ix_requests_open", "due", sqlite_where=_NOT_CLOSED, postgresql_where=_NOT_CLOSED),  # open requests
    Index("ix_requests_received", "received"),  # requests of the last year
    Index("ix_requests_status_due", "status", "due"),  # requests that were answered, for retention
)

packs = Table(
    "packs",
    metadata,
    Column("number", String(12), primary_key=True, comment="random, so that it tells nothing"),
    Column("made_at", Utc, nullable=False),
    Column("content", LargeBinary, nullable=False, comment="encrypted with a passphrase that is kept nowhere"),
    Index("ix_packs_made_at", "made_at"),  # expired packs
)

pack_checks = Table(
    "pack_checks",
    metadata,
    Column("number", String(12), ForeignKey("packs.number"), primary_key=True),
    _check_id(primary_key=True),
    Index("ix_pack_checks_check_id", "check_id"),  # packs to delete when a check is erased
)

__all__ = [
    "asked",
    "away",
    "breaches",
    "cases",
    "checks",
    "deletions",
    "digests",
    "events",
    "index_keys",
    "left_out",
    "metadata",
    "outbox",
    "pack_checks",
    "packs",
    "people",
    "practised",
    "pulse",
    "requests",
    "seals",
    "strands",
    "unreachable",
]
