"""How a request ends: extended by two months, released as a pack of what was decided, or closed in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from slack_bolt import App
from slack_sdk import WebClient

from bot.access_requests import modals
from bot.access_requests.reader import Look, RequestReader
from bot.context import Services
from bot.records import modals as words
from bot.records.export_contents import Contents, Held
from bot.records.pack_file import closed_file
from bot.slack import block_kit
from bot.slack.listeners import Answer, Listeners, clear, errors, update, without_reasons
from bot.slack.payloads import Press, Sent
from bot.slack.replies import Replies
from bot.slack.windows import put_instead
from flows.case import Did
from flows.records.access_requests import AccessRequest
from flows.sentences import says_something
from services.access_requests import Requests, is_not_them
from storage import events
from storage.export_files import Pack

NOT_READY = "Some items have no answer yet, or this was done before. Nothing was made. Close this and look again."
NOT_EXTENDED = (
    "Somebody else added the two months or closed the request meanwhile. This was not saved: copy what you need of it, "
    "close this and look again."
)
NOT_CLOSED = (
    "Somebody else closed the request meanwhile. This was not saved: copy what you need of it, close this and look "
    "again."
)
COPY = (
    "This is a copy of what is kept about you. Where something is about somebody else, or could harm somebody, the law "
    "lets us take it out. It says so where a passage was taken out."
)
RIGHTS = (
    "It is kept to keep people safe, for as long as the organisation's schedule says. You can ask to have something "
    "put right. If you are not content, you can complain to the Information Commissioner's Office: 0303 123 1113."
)


class RequestEnding:
    """Listeners that extend, release and close a request. Each checks first that the person may answer requests."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._reader = RequestReader(services)

    def ask(self, make: Callable[[AccessRequest], block_kit.Block]) -> Callable[[Press], block_kit.Block | None]:
        """Return the listener of a button that opens a modal about its request."""

        def listen(press: Press) -> block_kit.Block | None:
            with self._services.database.read() as tx:
                known = self._reader.known(tx, press.check, press.user.id)
            return make(known) if known else None

        return listen

    def ask_release(self, press: Press) -> block_kit.Block | None:
        """Return the confirmation with the number of items; None while an item is undecided."""
        with self._services.database.read() as tx:
            known = self._reader.known(tx, press.check, press.user.id)
            looks = self._reader.looks(tx, known, press.user.id) if known else []
        if known is None or any(each.left for each in looks):
            return None
        included = sum(len(tuple(each.parts())) for each in looks)
        total = sum(len(each.items) for each in looks)
        return modals.release(known, included, total - included)

    def extend(self, sent: Sent) -> Answer:
        """Extend the request by two months, with the reason."""
        return without_reasons(sent, "reason") or self._end(sent, "reason", NOT_EXTENDED, self._extended)

    def _extended(self, work: Requests, sent: Sent, said: str) -> Did:
        """Extend the request, a second time for whoever may not know of the first: both must look the same to them."""
        known = self._reader.known(work.tx, sent.check, sent.user.id)
        if known is None:
            return Did.STALE
        held = [each.view.check.id for each in self._reader.looks(work.tx, known, sent.user.id)]
        return work.extend(sent.check, sent.user.id, said, sent.request, held, again=not known.extended)

    def close(self, sent: Sent) -> Answer:
        """Close the request, with how it was answered."""
        return self._end(sent, "outcome", NOT_CLOSED, _closed)

    def _end(self, sent: Sent, box: str, stale: str, do: Callable[[Requests, Sent, str], Did]) -> Answer:
        said = sent.typed(box)
        if not says_something(said):
            return errors({box: "Please write something."})
        with self._services.write() as tx:
            known = self._reader.known(tx, sent.check, sent.user.id)
            did = do(self._reader.work(tx), sent, said) if known else Did.STALE
        return errors({box: stale}) if did is Did.STALE else clear()

    def wait(self, sent: Sent) -> Answer:
        """Acknowledge with a waiting modal: making the pack takes longer than the three seconds that Slack waits."""
        return update(words.making(sent.request) if self._is_theirs(sent) else words.refused(NOT_READY))

    def _is_theirs(self, sent: Sent) -> bool:
        with self._services.database.read() as tx:
            return self._reader.known(tx, sent.check, sent.user.id) is not None

    def release(self, sent: Sent, client: WebClient) -> None:
        """Make the pack of what was decided and show its passphrase. The release is recorded before that."""
        if not self._is_theirs(sent):
            return
        made = self._made(sent)
        put_instead(client, sent.request, words.made(*made) if made else words.refused(NOT_READY))

    def _made(self, sent: Sent) -> tuple[str, str] | None:
        found = self._decided(sent)
        if found is None:
            return None
        known, looks = found
        closed, passphrase = closed_file(self._contents(known, looks), known.ref)
        return (closed.number, passphrase) if self._is_kept(sent, closed, looks) else None

    def _decided(self, sent: Sent) -> tuple[AccessRequest, list[Look]] | None:
        """Return the request with all its checks; None where an item is undecided or this person may not answer it."""
        with self._services.database.read() as tx:
            known = self._reader.known(tx, sent.check, sent.user.id)
            looks = self._reader.looks(tx, known, sent.user.id) if known else []
        return (known, looks) if known and looks and not any(each.left for each in looks) else None

    def _is_kept(self, sent: Sent, closed: Pack, looks: Iterable[Look]) -> bool:
        """Store the pack and record the release; return False where items or decisions have changed meanwhile."""
        again = self._decided(sent)
        before = [(each.items, each.ruled) for each in looks]
        if again is None or [(each.items, each.ruled) for each in again[1]] != before:
            return False
        with self._services.write() as tx:
            if events.is_repeat(tx, sent.request):
                return False
            held = [each.view.check.id for each in again[1]]
            self._reader.work(tx).release(sent.check, sent.user.id, closed, held, sent.request)
        return True

    def _contents(self, known: AccessRequest, looks: Iterable[Look]) -> Contents:
        held = [Held(each.view.check.ref, tuple(each.parts())) for each in looks if not is_not_them(each.ruled)]
        return Contents(
            title="A copy of your records",
            made_at=self._services.clock.now(),
            facts=(
                ("From", self._services.organisation.name),
                ("About", known.name),
                ("Request", f"{known.ref}, received {known.received:%d %B %Y}"),
            ),
            notes=(COPY, RIGHTS),
            held=tuple(each for each in held if each.parts),
        )


def _closed(work: Requests, sent: Sent, said: str) -> Did:
    return work.close(sent.check, sent.user.id, said, sent.request)


def register(app: App, services: Services, replies: Replies) -> None:
    """Register the buttons and modals that end a request."""
    ending, on = RequestEnding(services), Listeners(app, replies)
    on.opens("extend", ending.ask(modals.extend))
    on.opens("close_request", ending.ask(modals.close))
    on.opens("release", ending.ask_release)
    on.submission("extend", ending.extend)
    on.submission("close_request", ending.close)
    on.submission("release", ending.wait, then=ending.release)
