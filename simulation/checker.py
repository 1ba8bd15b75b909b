"""What must hold after every event, checked against the file and what people can see, never against the bot.

Numbers such as I13 are those of docs/rules.md, "Invariants".
"""

from __future__ import annotations

from collections import Counter

from bot.delivery.other_channels import Words
from flows.events import EventKind
from flows.model import Level
from simulation import promises
from simulation.deeds import Before, Deed, Deeds
from simulation.pages import Pages
from simulation.scene import Scene
from simulation.secrecy import Secrecy
from simulation.workspace import Call, Post

_SAYS = ("chat.postMessage", "chat.update")


class PromiseChecker:
    """Looks at everything that happens, and raises PromiseBroken."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._deeds = Deeds(scene)
        self._pages = Pages(scene)
        self._secrecy = Secrecy(scene, self._pages)
        self._levels: dict[str, Level] = {}
        self._events = 0
        self._rows = 0

    def look(self) -> None:
        """All that must hold at any moment."""
        self._catch_up()
        for check in self._scene.kept.checks.values():
            self._pages.stopping_still_pages(check)
        for case in self._scene.kept.cases.values():
            self._pages.somebody_is_asked(case)
        for check_id, person in self._secrecy.left:
            self._secrecy.nothing_stays(check_id, person)

    def _catch_up(self) -> None:
        """Read what is new in the file."""
        kept = self._scene.kept
        if not kept.look():
            return
        self._deeds.are_by_people_who_may(kept.events[self._events :], self._secrecy.left)
        for row in kept.rows[self._rows :]:
            self._pages.note(row)
        self._events, self._rows = len(kept.events), len(kept.rows)
        self._check_levels()
        self._check_cases()
        self._pages.note_news()
        self._secrecy.note_news()
        self._deeds.answers_stay()

    def _check_levels(self) -> None:
        kept = self._scene.kept
        for check in kept.checks.values():
            lowest = self._levels.get(check.id, Level.NONE)
            self._scene.hold(promises.level_is_at_least(kept.name(check.id), check.level, lowest))
            self._levels[check.id] = check.level

    def _check_cases(self) -> None:
        kept = self._scene.kept
        raised = Counter(event.check for event in kept.events if event.what is EventKind.RAISED)
        for check in kept.checks:
            has_case = check in kept.cases
            self._scene.hold(promises.is_raised_once(kept.name(check), raised[check], has_case=has_case))

    # At every call to Slack, and at every word that goes another way

    def asked(self, call: Call) -> None:
        """The bot is about to call."""
        if call.method in _SAYS:
            self.look()
            self._secrecy.allows(
                call, Post("", "", call.args["text"], call.args["blocks"], call.began, call.began).words
            )

    def shown(self, post: Post, call: Call, *, is_new: bool) -> None:
        """People can see it from now on."""
        post.check = self._secrecy.about(call, post.words)
        if is_new and promises.is_page(post.words):
            self._scene.hold(promises.page_is_of_a_check(call.args["text"], is_known=post.check is not None))
            assert post.check is not None  # noqa: S101 - else a promise was broken
            self._pages.arrives(post.check, call.target, post)

    def mailed(self, person: str, words: Words) -> None:
        """Somebody is about to be reached by another way."""
        self.look()
        self._secrecy.allows_elsewhere(person, f"{words.title}\n{words.body}")

    def handed_over(self, person: str, words: Words) -> None:
        """They are."""
        self._scene.figures.elsewhere += 1
        check = self._scene.kept.about(f"{words.title}\n{words.body}")
        if check is not None:
            self._pages.is_handed_over(check, person)

    # At every press

    def name(self, check: str) -> str:
        """A check, to speak of it."""
        return self._scene.kept.name(check)

    def before(self, who: str) -> Before:
        """How things stand before somebody asks for something."""
        self._catch_up()
        return self._deeds.before(who)

    def tries(self, deed: Deed) -> None:
        """They ask for it."""
        self._scene.figures.presses += 1
        self._deeds.tries(deed)

    def is_taken(self, deed: Deed, before: Before) -> None:
        """They were told that it is."""
        self._catch_up()
        self._deeds.is_taken(deed, before)

    def changes_nothing(self, deed: Deed, before: Before) -> None:
        """The same request came again."""
        self._catch_up()
        self._deeds.changes_nothing(deed, before)

    def end(self) -> None:
        """After a while in which nothing went wrong."""
        self.look()
        self._scene.figures.checks = len(self._scene.kept.checks)
        self._scene.figures.cases = len(self._scene.kept.cases)
        self._pages.end()
