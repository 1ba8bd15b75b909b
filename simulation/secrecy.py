"""What messages say: nothing that was typed, nothing to people left out, nothing that is not so."""

from __future__ import annotations

from datetime import timedelta

from bot.delivery.sender import WITHDRAWN
from flows.case import CheckStatus
from simulation import promises
from simulation.hands import MARK
from simulation.pages import Pages
from simulation.promises import CheckFacts
from simulation.scene import Scene, Since
from simulation.workspace import Call, owner

TAKEN_BACK = timedelta(minutes=5)
"""What somebody saw before they were left out is gone within this, in good time."""


class Secrecy:
    """Reads everything on its way to Slack. left: since when somebody is left out of a check."""

    def __init__(self, scene: Scene, pages: Pages) -> None:
        self._scene = scene
        self._pages = pages
        self.left: dict[tuple[str, str], Since] = {}

    def note_news(self) -> None:
        """The file has changed."""
        for check, people in self._scene.kept.left_out.items():
            for person in people:
                self.left.setdefault((check, person), self._scene.since())

    def about(self, call: Call, words: str) -> str | None:
        """The check a message is about: it says so, or hangs under one that does."""
        if call.args["text"] == WITHDRAWN.text:
            return None
        known = (call.args.get("thread_ts"), call.args.get("ts"))
        others = (post.check for post in self._scene.workspace.posts if post.check and post.ts in known)
        return self._scene.kept.about(words) or next(others, None)

    def allows(self, call: Call, words: str) -> None:
        """The bot is about to say these words."""
        scene, text = self._scene, str(call.args["text"])
        scene.hold(promises.nothing_typed_is_said(words, MARK, text))
        check = self.about(call, words)
        if check is None:
            return
        left_out, readers = scene.kept.left_out.get(check, frozenset()), self._readers(call.target)
        scene.hold(promises.left_out_get_no_message(scene.kept.name(check), readers, left_out, text))
        self._is_so(call, check, words)

    def allows_elsewhere(self, person: str, words: str) -> None:
        """The same by another way than Slack."""
        scene, check = self._scene, self._scene.kept.about(words)
        scene.hold(promises.nothing_typed_is_said(words, MARK, "by another way"))
        if check is not None:
            left_out = {one for about, one in self.left if about == check}
            name = scene.kept.name(check)
            scene.hold(promises.left_out_get_no_message(name, {person}, left_out, "by another way"))

    def _readers(self, target: str) -> frozenset[str]:
        """Organisation ids of those who read what is sent there."""
        workspace = self._scene.workspace
        accounts = workspace.members if target == workspace.room else {target, owner(target)}
        return frozenset(person for account in accounts if (person := self._scene.roster.person_at(account)))

    def _is_so(self, call: Call, check_id: str, words: str) -> None:
        """Nobody is told what is not so (I19), nor asked for what somebody does already."""
        kept = self._scene.kept
        check, case, name = kept.checks[check_id], kept.cases.get(check_id), kept.name(check_id)
        facts = CheckFacts(
            has_page=self._pages.has_any(check_id),
            is_led=case is not None and case.led_by is not None,
            is_saved=check.status in (CheckStatus.SENT, CheckStatus.CLOSED),
            may_name="S2" in kept.answers(check_id),
        )
        self._scene.hold(promises.message_is_true(name, words, check.reporter, facts))
        if call.method == "chat.postMessage":
            self._scene.hold(promises.led_case_is_not_paged(name, call.args["text"], is_led=facts.is_led))

    def nothing_stays(self, check: str, person: str) -> None:
        """What somebody saw before they were left out is taken back.

        Not a message whose answer was lost: the bot does not know of it.
        """
        since, workspace = self.left[check, person], self._scene.workspace
        if self._scene.world.good - since.good <= TAKEN_BACK:
            return
        for post in workspace.seen_by(self._scene.roster.slack[person]):
            target = post.channel if post.channel == workspace.room else owner(post.channel)
            is_known = post.ts in self._pages.stamped and not workspace.closed_since(target, since.at)
            if post.check == check and is_known:
                words = f"{person} still has a message about {self._scene.kept.name(check)}: {post.text}"
                self._scene.broken("people left out see nothing from then on (I13)", words)
