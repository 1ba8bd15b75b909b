"""Listeners that find, open and export records by person or reference. Nothing is shown before the access check."""

from __future__ import annotations

import json

from slack_bolt import App
from slack_sdk import WebClient
from sqlalchemy import Connection

from bot.cases import summary
from bot.check_view import CheckView
from bot.context import Services
from bot.earlier_checks import let_through, listed, with_others
from bot.fields import SEARCHES
from bot.permission import Act, Subject, may
from bot.records import modals as forms
from bot.records.export_contents import Contents, Held, Part
from bot.records.items import items_of
from bot.records.pack_file import closed_file
from bot.slack import block_kit
from bot.slack.listeners import Answer, Listeners, errors, update
from bot.slack.payloads import Press, Sent
from bot.slack.replies import Replies
from bot.slack.windows import put_instead
from flows.case import Entry
from flows.events import EventKind
from flows.paging.roster import STAFF
from flows.records.matching import Described
from flows.sentences import says_something
from storage import checks, events, export_files, person_index
from storage.proof import bundle, bundle_file

SAY_SOMETHING = "Please fill in at least one box."
NOT_MADE = "This record has changed, or is not yours to export. Nothing was made."
PROOF_IS_APART = (
    "Whoever wants to be sure of it compares the entries that can be saved above with the proof of the whole record: "
    "whoever runs share-check makes that with share-check export-proof, and docs/verify.py compares."
)
NOT_YOURS = "This is out of date. There is nothing to see here."


class Records:
    """Listeners of the Home tab's records section and of the modals it opens."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def ask(self, press: Press) -> block_kit.Block | None:
        """Return the search modal; None for people who are not on the safeguarding list."""
        return forms.search() if self._services.roster.person_at(press.user.id) else None

    def find(self, sent: Sent) -> Answer:
        """Show the matching records that the reader may know of. Others leave no trace, neither a row nor a count."""
        said = {key: sent.typed(key) for key in SEARCHES}
        who, ref = Described(said["name"], said["born"], said["number"]), sent.typed(forms.REF)
        if who.is_empty and not ref:
            return errors({"name": SAY_SOMETHING})
        found = self._found(who, ref, sent.user.id) if self._services.roster.person_at(sent.user.id) else []
        return update(forms.results(listed(self._services, found, sent.user.id)))

    def _found(self, who: Described, ref: str, reader: str) -> list[Subject]:
        """Return the matching records that `reader` may know of; record the find in each one that is shown (I21)."""
        today = self._services.roster.week.day_of(self._services.clock.now())
        with self._services.write() as tx:
            held = {*person_index.index(tx, self._services.keys, today).find(who, today), checks.by_ref(tx, ref) or ""}
            found = let_through(self._services, tx, held - {""}, reader, Act.KNOW)
            for each in found[: forms.MOST_FOUND]:
                self._services.casework(tx).viewed(each.check.id, reader, EventKind.FOUND)
        return found

    def open(self, press: Press) -> block_kit.Block | None:
        """Return the summary of a record that was found. The opening is recorded first (I21)."""
        view = self._opened(press.check, press.user.id)
        if view is None:
            is_known = self._services.roster.person_at(press.user.id) is not None
            return block_kit.modal("Summary", [block_kit.section(NOT_YOURS)]) if is_known else None
        with self._services.write() as tx:
            view = with_others(self._services, tx, view, press.user.id)
        return summary.summary(view, view.case) if view.case else summary.sample(view)

    def _opened(self, check: str, who: str) -> CheckView | None:
        with self._services.write() as tx:
            if not may(self._services.subject(tx, check), who, Act.OPEN, self._services.roster):
                return None
            self._services.casework(tx).viewed(check, who, EventKind.OPENED_RECORD)
            return self._services.look(tx, check, history=True)

    def ask_export(self, press: Press) -> block_kit.Block | None:
        """Return the modal that asks what an export is for; None where this person may not export the record."""
        with self._services.database.read() as tx:
            subject = self._services.subject(tx, press.check)
        allowed = may(subject, press.user.id, Act.EXPORT, self._services.roster)
        return forms.export(subject.check) if subject and allowed else None

    def wait(self, sent: Sent) -> Answer:
        """Acknowledge with a waiting modal: making the file takes longer than the three seconds that Slack waits."""
        if not says_something(sent.typed("reason")):
            return errors({"reason": "Please write what it is for."})
        return update(forms.making(sent.request) if self._is_theirs(sent) else forms.refused(NOT_MADE))

    def export(self, sent: Sent, client: WebClient) -> None:
        """Export one whole record and show the passphrase. The export is recorded before the passphrase is shown."""
        if not self._is_theirs(sent):
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
    """Return one record for the school's own system: everything, with nothing redacted."""
    parts = tuple(Part(item.title, item.author, item.at, item.text) for item in items_of(view))
    outcome = view.decision.outcome.words
    facts = [("Reference", view.check.ref), ("Outcome", outcome), ("Raised by", _raised_by(view))]
    if view.case and view.case.led_by:
        facts.append(("Led by", view.name(view.case.led_by)))
    entries = [_entry(place, each) for place, each in enumerate(view.entries, 1)]
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


def _entry(number: int, entry: Entry) -> dict[str, object]:
    signed = {"name": entry.signed.name, "role": entry.signed.role} if entry.signed else None
    said = {"what": entry.what, "content": entry.content}
    return {"number": number, "at": entry.at.isoformat(), "who": entry.who, "signed": signed, **said}


def _raised_by(view: CheckView) -> str:
    """Return name and role of whoever raised it, as of then, and their Slack id; a practice page's has no entry."""
    started = next((entry for entry in view.entries if entry.who == view.check.reporter), None)
    who = view.author(started) if started else STAFF
    return f"{who} ({view.check.reporter})"


def register(app: App, services: Services, replies: Replies) -> None:
    """Register every button and modal of finding and exporting records."""
    records, on = Records(services), Listeners(app, replies)
    on.opens("find_record", records.ask)
    on.submission("find_record", records.find)
    on.opens("open_record", records.open)
    on.opens("export_case", records.ask_export)
    on.submission("make_export", records.wait, then=records.export)
