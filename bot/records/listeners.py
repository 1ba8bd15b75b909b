"""Finding records by person or reference, opening and exporting them. Nothing is shown before the gate."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy import Connection

from bot.cases import modals
from bot.context import CheckView, Services
from bot.permission import Act, Subject, may
from bot.records import encrypted_page, export_contents
from bot.records import modals as forms
from bot.records.encrypted_page import File
from bot.records.export_contents import Contents, Held, Part
from bot.records.items import STAFF, items_of
from bot.slack import block_kit
from bot.slack.payloads import Press, Sent, named
from bot.slack.replies import Replies, guarded
from flows.case import Check
from flows.events import EventKind
from flows.records.matching import Described
from storage import checks, events, export_files, person_index
from storage.export_files import Pack
from storage.proof import bundle, bundle_file

Json = dict[str, Any]
_PATIENCE = 5.0
_LOOK_EVERY = 0.1
SAY_SOMETHING = "Please fill in at least one box."
NOT_MADE = "This record has changed, or is not yours to export. Nothing was made."
PROOF_IS_APART = (
    "Whoever wants to be sure of it compares the entries that can be saved above with the proof of the whole record: "
    "whoever runs share-check makes that with share-check export-proof, and docs/verify.py compares."
)
NOT_YOURS = "This is out of date. There is nothing to see here."


def let_through(services: Services, tx: Connection, held: Iterable[str], who: str, act: Act) -> list[Subject]:
    """Of these checks those that this person may have, newest first.

    Never one that they raised themselves, nor practice, nor what is kept of a digest: that is nobody's record.
    """
    subjects = (services.listed(tx, check) for check in held)
    records = (each for each in subjects if each and not each.check.is_drill and each.check.reporter != who)
    found = [each for each in records if may(each, who, act, services.roster)]
    return sorted(found, key=lambda each: each.check.started_at, reverse=True)


def listed(services: Services, found: Iterable[Subject], who: str) -> tuple[tuple[Check, bool], ...]:
    """Each check with whether this person may open it."""
    return tuple((each.check, may(each, who, Act.OPEN, services.roster)) for each in found)


def with_others(services: Services, tx: Connection, view: CheckView, who: str) -> CheckView:
    """The view with earlier checks about the same person, as far as this reader may know of them.

    That they were found is in the record of each, before it is shown. In a transaction of its own: checks are locked
    newest first everywhere, so that two people who open two of them never wait for each other.
    """
    subject = services.subject(tx, view.check.id)
    opened = checks.load(tx, services.keys, view.check.id)
    same = person_index.same_person(tx, services.keys, opened, services.roster.week.day_of(services.clock.now()))
    known = let_through(services, tx, same, who, Act.KNOW)
    for each in known:
        services.casework(tx).viewed(each.check.id, who, EventKind.FOUND)
    earlier = listed(services, known, who)
    return replace(view, earlier=earlier, may_export=may(subject, who, Act.EXPORT, services.roster))


def put_up(client: WebClient, press: Press, view: block_kit.Block) -> None:
    """A window on top of the one that was pressed; where there is none, the first."""
    (client.views_open if press.view is None else client.views_push)(trigger_id=press.trigger_id, view=view)


def put_instead(client: WebClient, name: str, view: block_kit.Block) -> None:
    """In the place of the window that says to wait, once Slack shows that one: or it would cover this.

    Nobody is told anything where that window was closed, or shows already what was made.
    """
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        try:
            client.views_update(external_id=name, view=view)
        except SlackApiError as error:
            if error.response.get("error") != "not_found":
                raise
            time.sleep(_LOOK_EVERY)
        else:
            return


def closed_file(contents: Contents, name: str, entries: str | None = None) -> tuple[Pack, str]:
    """A pack, encrypted, and its passphrase. name: of the files inside. entries: to compare with the whole proof."""
    files = {
        "Save the PDF": File(f"{name}.pdf", "application/pdf", export_contents.as_pdf(contents)),
        "Save the data (JSON)": File(f"{name}.json", "application/json", export_contents.as_json(contents).encode()),
    }
    if entries is not None:
        files["Save the entries"] = File(f"{name}-entries.json", "application/json", entries.encode())
    passphrase = encrypted_page.new_passphrase()
    return Pack(
        export_files.new_number(), encrypted_page.sealed(export_contents.as_html(contents), files, passphrase)
    ), passphrase


class Records:
    """Listeners of the Home tab's section and of what opens from it."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def ask(self, body: Json, client: WebClient) -> None:
        """Whom to look for."""
        press = Press.model_validate(body)
        if self._services.roster.person_at(press.user.id) is not None:
            client.views_open(trigger_id=press.trigger_id, view=forms.search())

    def find(self, ack: Ack, body: Json) -> None:
        """What there is about somebody like this. A record that may not be known of leaves no trace here."""
        sent = Sent.model_validate(body)
        said = {key: sent.typed(key) for key in forms.SEARCHES}
        who = Described(said["name"], said["born"], said["number"])
        ref = sent.typed(forms.REF)
        if who.is_empty and not ref:
            ack(response_action="errors", errors={"name": SAY_SOMETHING})
            return
        found: list[Subject] = []
        if self._services.roster.person_at(sent.user.id) is not None:
            today = self._services.roster.week.day_of(self._services.clock.now())
            with self._services.write() as tx:
                held = {
                    *person_index.index(tx, self._services.keys, today).find(who, today),
                    checks.by_ref(tx, ref) or "",
                }
                found = let_through(self._services, tx, held - {""}, sent.user.id, Act.KNOW)
                for each in found[: forms.MOST_FOUND]:
                    self._services.casework(tx).viewed(each.check.id, sent.user.id, EventKind.FOUND)
        ack(response_action="update", view=forms.results(listed(self._services, found, sent.user.id)))

    def open(self, body: Json, client: WebClient) -> None:
        """A record that was found. The opening is recorded first (I21)."""
        press = Press.model_validate(body)
        with self._services.write() as tx:
            subject = self._services.subject(tx, press.check)
            if not may(subject, press.user.id, Act.OPEN, self._services.roster):
                view = None
            else:
                self._services.casework(tx).viewed(press.check, press.user.id, EventKind.OPENED_RECORD)
                view = self._services.look(tx, press.check, history=True)
        if view is None and self._services.roster.person_at(press.user.id) is None:
            return
        if view is None:
            put_up(client, press, block_kit.modal("Summary", [block_kit.section(NOT_YOURS)]))
            return
        with self._services.write() as tx:
            view = with_others(self._services, tx, view, press.user.id)
        shown = modals.summary(view, view.case) if view.case else modals.sample(view)
        put_up(client, press, shown)

    def ask_export(self, body: Json, client: WebClient) -> None:
        """What the export is for."""
        press = Press.model_validate(body)
        with self._services.database.read() as tx:
            subject = self._services.subject(tx, press.check)
        if subject and may(subject, press.user.id, Act.EXPORT, self._services.roster):
            put_up(client, press, forms.export(subject.check))

    def wait(self, ack: Ack, body: Json) -> None:
        """A reason is needed; what follows takes longer than Slack waits."""
        sent = Sent.model_validate(body)
        if not sent.typed("reason"):
            ack(response_action="errors", errors={"reason": "Please write what it is for."})
        else:
            view = forms.making(sent.request) if self._is_theirs(sent) else forms.refused(NOT_MADE)
            ack(response_action="update", view=view)

    def export(self, body: Json, client: WebClient) -> None:
        """The whole of one record; the export itself is in the record before the passphrase is shown."""
        sent = Sent.model_validate(body)
        if not sent.typed("reason") or not self._is_theirs(sent):
            return
        made = self._made(sent)
        put_instead(client, sent.request, forms.made(*made) if made else forms.refused(NOT_MADE))

    def _made(self, sent: Sent) -> tuple[str, str] | None:
        services = self._services
        with services.database.read() as tx:
            if not self._may_export(tx, sent):
                return None
            contents = exported(services.look(tx, sent.check, history=True))
            entries = bundle_file.export_written(bundle.of_check(tx, services.keys, sent.check))
        closed, passphrase = closed_file(contents, contents.held[0].ref, entries)
        with services.write() as tx:
            if not self._may_export(tx, sent) or events.is_repeat(tx, sent.request):
                return None
            export_files.put(tx, closed, [sent.check], services.clock.now())
            said = {"reason": sent.typed("reason"), "pack": closed.number, "sha256": closed.sha256}
            work = services.casework(tx)
            work.record(work.load(sent.check), sent.user.id, EventKind.EXPORTED, said, sent.request)
        return closed.number, passphrase

    def _is_theirs(self, sent: Sent) -> bool:
        with self._services.database.read() as tx:
            return self._may_export(tx, sent)

    def _may_export(self, tx: Connection, sent: Sent) -> bool:
        return may(self._services.subject(tx, sent.check), sent.user.id, Act.EXPORT, self._services.roster)


def exported(view: CheckView) -> Contents:
    """One record for the school's own system: everything, with nothing taken out."""
    parts = tuple(Part(item.title, item.author, item.at, item.text) for item in items_of(view))
    outcome = view.decision.outcome.words
    facts = [("Reference", view.check.ref), ("Outcome", outcome), ("Raised by", f"{STAFF} ({view.check.reporter})")]
    if view.case and view.case.led_by:
        facts.append(("Led by", view.name(view.case.led_by)))
    entries = [
        {"number": place, "at": each.at.isoformat(), "who": each.who, "what": each.what, "content": each.content}
        for place, each in enumerate(view.entries, 1)
    ]
    return Contents(
        title="Export of one record",
        made_at=view.now,
        facts=facts,
        notes=(
            f"From the record of {view.organisation.name}. Nothing was taken out: it names other people.",
            PROOF_IS_APART,
        ),
        held=(Held(view.check.ref, parts),),
        extra={"entries": json.loads(json.dumps(entries))},
    )


def register(app: App, services: Services, replies: Replies) -> None:
    """Every button and modal of finding and exporting."""
    records = Records(services)

    def quickly(ack: Ack) -> None:
        ack()

    def lazily(listener: Callable[..., None]) -> dict[str, Any]:
        return {"ack": quickly, "lazy": [guarded(listener, replies.sorry)]}

    app.action("find_record")(**lazily(records.ask))
    app.view("find_record")(records.find)
    app.action(named("open_record"))(**lazily(records.open))
    app.action("export_case")(**lazily(records.ask_export))
    app.view("make_export")(ack=records.wait, lazy=[guarded(records.export, replies.sorry)])
