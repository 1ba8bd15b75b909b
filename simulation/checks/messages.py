"""Check what messages say: nothing that was typed, nothing to people left out, nothing untrue."""

from __future__ import annotations

from datetime import timedelta

from bot.delivery.calls import WITHDRAWN
from flows.case import CheckStatus
from simulation import promises
from simulation.checks.pages import PageChecks
from simulation.observed import Observed, Since
from simulation.payloads import TYPED_MARK
from simulation.promises import CheckFacts
from simulation.workspace import Call, channel_owner

TAKEN_BACK = timedelta(minutes=5)
"""What somebody saw before they were left out is gone within this, in good time."""


class MessageChecks:
    """Checks of every message on its way to Slack. left: since when a person is left out of a check."""

    def __init__(self, observed: Observed, pages: PageChecks) -> None:
        self._observed = observed
        self._pages = pages
        self.left: dict[tuple[str, str], Since] = {}

    def note_changes(self) -> None:
        """Note who is left out since the file changed."""
        for check, people in self._observed.stored.left_out.items():
            for person in people:
                self.left.setdefault((check, person), self._observed.since())

    def about(self, call: Call, words: str) -> str | None:
        """Return the check that a message names, or that the message above its thread names."""
        if call.args["text"] == WITHDRAWN.text:
            return None
        known = (call.args.get("thread_ts"), call.args.get("ts"))
        others = (post.check for post in self._observed.workspace.posts if post.check and post.ts in known)
        return self._observed.stored.about(words) or next(others, None)

    def check_message(self, call: Call, words: str) -> None:
        """Check a message before it is posted."""
        observed, text = self._observed, str(call.args["text"])
        observed.hold(promises.nothing_typed_is_said(words, TYPED_MARK, text))
        check = self.about(call, words)
        if check is None:
            return
        left_out, readers = observed.stored.left_out.get(check, frozenset()), self._readers(call.target)
        observed.hold(promises.left_out_get_no_message(observed.stored.name(check), readers, left_out, text))
        self._check_true(call, check, words)

    def check_other_channel(self, person: str, words: str) -> None:
        """Check an e-mail or a push before it is sent."""
        observed, check = self._observed, self._observed.stored.about(words)
        observed.hold(promises.nothing_typed_is_said(words, TYPED_MARK, "by another way"))
        if check is not None:
            left_out = {one for about, one in self.left if about == check}
            name = observed.stored.name(check)
            observed.hold(promises.left_out_get_no_message(name, {person}, left_out, "by another way"))

    def _readers(self, target: str) -> frozenset[str]:
        """Return the organisation ids of those who read what is sent there."""
        workspace = self._observed.workspace
        accounts = workspace.members if target == workspace.room else {target, channel_owner(target)}
        return frozenset(person for account in accounts if (person := self._observed.roster.person_at(account)))

    def _check_true(self, call: Call, check_id: str, words: str) -> None:
        """Check that a message says nothing untrue (I19), and asks for nothing that somebody does already."""
        stored = self._observed.stored
        check, case, name = stored.checks[check_id], stored.cases.get(check_id), stored.name(check_id)
        facts = CheckFacts(
            has_page=self._pages.has_any(check_id),
            is_led=case is not None and case.led_by is not None,
            is_saved=check.status in (CheckStatus.SENT, CheckStatus.CLOSED),
            may_name="S2" in stored.answers(check_id),
        )
        self._observed.hold(promises.message_is_true(name, words, check.reporter, facts))
        if call.method == "chat.postMessage":
            self._observed.hold(promises.led_case_is_not_paged(name, call.args["text"], is_led=facts.is_led))

    def check_taken_back(self, check: str, person: str) -> None:
        """Check that messages seen before somebody was left out are taken back.

        Messages whose answer from Slack was lost do not count: the bot does not know of them.
        """
        since, workspace = self.left[check, person], self._observed.workspace
        if self._observed.timeline.good - since.good <= TAKEN_BACK:
            return
        for post in workspace.seen_by(self._observed.roster.accounts[person]):
            target = post.channel if post.channel == workspace.room else channel_owner(post.channel)
            is_known = post.ts in self._pages.stamped and not workspace.closed_since(target, since.at)
            if post.check == check and is_known:
                words = f"{person} still has a message about {self._observed.stored.name(check)}: {post.text}"
                self._observed.broken("people left out see nothing from then on (I13)", words)
