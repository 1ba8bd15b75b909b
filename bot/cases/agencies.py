"""The list of professionals: listeners of the window for one agency."""

from __future__ import annotations

from slack_bolt import App

from bot.cases.agency_modals import window
from bot.cases.closing import CHANGED, Closing
from bot.cases.gated import Gated
from bot.context import Services
from bot.newer_words import Windows
from bot.permission import Act
from bot.slack.block_kit import Block
from bot.slack.listeners import NO_REASON, Answer, Listeners, close, errors
from bot.slack.payloads import Press, Sent
from bot.slack.replies import Replies
from flows.agencies import TYPED, agencies_of, missing_in_row
from flows.case import Did

NEEDED = {
    "agency": "Please choose the agency.",
    "what": "Please say what was shared, or will be.",
    "state": "Please say whether they have answered.",
    "due": "Please say when to ask them again.",
    "receipt": f"Please say who answered and when, or why nobody waits. {NO_REASON}",
}


class AgencyRows:
    """Listeners of the window for one agency. Each asks the gate first."""

    def __init__(self, services: Services) -> None:
        self._gated = Gated(services)

    def open(self, press: Press) -> Block | str:
        """Record the opening and return the window of the row that the button names, or of a new one."""
        view = self._gated.look(press, Act.PLAN)
        if isinstance(view, str):
            return view
        return window(view, next((one for one in agencies_of(view.entries) if one.row == press.number), None))

    def save(self, sent: Sent) -> Answer:
        """Record the row; name every box that is missing."""
        content = typed_in(sent)
        if missing := tuple(missing_in_row(content)):
            return errors({key: NEEDED[key] for key in missing})
        result = self._gated.submit(
            sent,
            Act.PLAN,
            lambda work: work.note_agency(sent.check, sent.user.id, sent.number, content, sent.request),
        )
        return close() if result is not None and result.did is not Did.STALE else errors({"what": CHANGED})


def typed_in(sent: Sent, before: str = "") -> dict[str, object]:
    """Return what a window says of an agency. before: of its block ids."""
    typed: dict[str, object] = {key: sent.typed(f"{before}{key}", 1000) for key in TYPED}
    chosen = {key: next(iter(sent.chosen(f"{before}{key}")), "") for key in ("agency", "state")}
    return {**typed, **chosen, "due": sent.day(f"{before}due") or ""}


def register(app: App, services: Services, replies: Replies) -> None:
    """Register the button and the window."""
    rows, on = AgencyRows(services), Listeners(app, replies)
    on.opens("agency", rows.open)
    Windows(services, on).submission("agency", rows.save, then=Closing(services).show_again)
