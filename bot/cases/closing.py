"""The listeners of the window in which a lead closes a case, and sees what is missing until then."""

from __future__ import annotations

from slack_bolt import App
from slack_sdk import WebClient

from bot.cases import modals
from bot.cases.gated import Gated
from bot.context import Services
from bot.permission import Act, may
from bot.slack.block_kit import Block
from bot.slack.listeners import Answer, Listeners, Taken, close, errors
from bot.slack.payloads import Press, Sent
from bot.slack.replies import Replies
from flows.case import Did

CHANGED = "This check has changed, or you no longer lead it. Nothing was saved here. Close this and look again."


class Closing:
    """Listeners of the window in which a lead closes a case."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._gated = Gated(services)

    def open_modal(self, press: Press) -> Block | str:
        """Record the opening and return the window; return words where this person may not close the case."""
        view = self._gated.look(press, Act.CLOSE)
        return view if isinstance(view, str) else modals.close(view)

    def close(self, sent: Sent) -> Answer:
        """Close the case; where something required is missing, list it in the modal instead."""
        content = {key: sent.typed(key) for key in ("outcome", "may_know")}
        result = self._gated.submit(
            sent, Act.CLOSE, lambda work: work.close(sent.check, sent.user.id, content, sent.request)
        )
        if result is not None and result.missing:
            return errors({"outcome": "Not yet: " + " ".join(one.words for one in result.missing)[:1900]})
        return close() if result is not None and result.did is not Did.STALE else errors({"outcome": CHANGED})

    def show_again(self, sent: Taken, client: WebClient) -> None:
        """Show in the window beneath what is missing now, where another window was opened from it.

        Do nothing for whoever may not close.
        """
        root = sent.view.root_view_id
        if not root or root == sent.view.id:
            return
        with self._services.database.read() as tx:
            subject = self._services.subject(tx, sent.check)
            if not may(subject, sent.user.id, Act.CLOSE, self._services.roster):
                return
            view = self._services.look(tx, sent.check, history=True)
        client.views_update(view_id=root, view=modals.close(view))


def register(app: App, services: Services, replies: Replies) -> None:
    """Register the button and the window."""
    closing, on = Closing(services), Listeners(app, replies)
    on.opens("close_case", closing.open_modal)
    on.submission("close_case", closing.close, needs=("outcome",))
