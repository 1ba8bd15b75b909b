"""Listeners of the practice checklist: the real engine on a made-up situation. State lives in the open modal alone."""

from __future__ import annotations

from slack_bolt import App

from bot.config.roster import facts_of
from bot.context import Services
from bot.permission import may_see_who_practised
from bot.practice import modals
from bot.practice.modals import Practice
from bot.slack import block_kit
from bot.slack.listeners import Listeners
from bot.slack.payloads import Press
from bot.slack.replies import Replies
from flows.case import Told
from flows.checklist import CHECKLIST
from flows.engine.guidance import guide
from flows.engine.outcome import decide
from flows.engine.replay import PAGE_MOMENT, replay
from flows.training.practice import BY_ID
from storage import induction


class Practising:
    """Listeners of the Practise button and its modals."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def choose(self, _press: Press) -> block_kit.Block:
        """Return the choice of situations."""
        return modals.choose()

    def begin(self, press: Press) -> block_kit.Block | None:
        """Return the first question of the situation chosen; None where it does not exist."""
        situation = BY_ID.get(press.verb_argument)
        return self._shown(Practice(situation, {}), press) if press.modal and situation else None

    def answer(self, press: Press) -> block_kit.Block | None:
        """Answer the question shown with one option, and return the next."""
        return self._step(press, press.action.value, (press.verb_argument,))

    def answer_ticks(self, press: Press) -> block_kit.Block | None:
        """Answer with the boxes ticked once Continue is pressed; None where nothing is ticked."""
        choices = press.chosen(press.action.value)
        return self._step(press, press.action.value.rpartition(".")[0], choices) if choices else None

    def back(self, press: Press) -> block_kit.Block | None:
        """Return the previous question, without its answer."""
        practice = _practice(press)
        if practice is None:
            return None
        return self._shown(practice if press.action.value == modals.UNANSWERED else practice.without_last(), press)

    def outcome(self, press: Press) -> block_kit.Block | None:
        """Return the outcome so far, once a real check would have paged a lead (`PAGE_MOMENT`), else the question."""
        practice = _practice(press)
        return self._shown(practice, press, stops=True) if practice else None

    def who(self, press: Press) -> block_kit.Block | None:
        """Return who has finished a situation and who has not, for a lead."""
        services = self._services
        if not may_see_who_practised(press.user.id, services.roster):
            return None
        with services.database.read() as tx:
            finished = induction.everybody(tx)
            known = {*services.roster.slack.values(), *induction.opened_home(tx, services.clock.now())}
        return modals.who(finished, sorted(known - finished.keys()))

    def _step(self, press: Press, question: str, choices: tuple[str, ...]) -> block_kit.Block | None:
        """Answer the question and return the next. A second click on the same modal returns the same question."""
        practice = _practice(press)
        if practice is None:
            return None
        asked = replay(CHECKLIST, practice.answers).next
        if asked is not None and asked.id == question and asked.has(choices):
            practice = practice.with_answer(question, choices)
        return self._shown(practice, press)

    def _shown(self, practice: Practice, press: Press, *, stops: bool = False) -> block_kit.Block:
        progress = replay(CHECKLIST, practice.answers)
        if progress.next is not None and not (stops and progress.level >= PAGE_MOMENT):
            return modals.ask(practice, progress.next, progress.level)
        self._finished(practice, press)
        decision = decide(CHECKLIST, progress)
        facts = facts_of(self._services.organisation, ())  # Practice names nobody.
        told = guide(CHECKLIST, progress, decision, facts, Told.NOBODY)
        return modals.outcome(practice, decision, told, is_finished=progress.is_finished)

    def _finished(self, practice: Practice, press: Press) -> None:
        """Record who saw an outcome, of which situation and when; never an answer."""
        with self._services.write() as tx:
            now = self._services.clock.now()
            induction.finish(tx, press.user.id, practice.situation.id, now, press.request)


def _practice(press: Press) -> Practice | None:
    """Return the practice in the modal; None where the press came from elsewhere."""
    return Practice.read(press.view.private_metadata) if press.view and press.modal else None


def register(app: App, services: Services, replies: Replies) -> None:
    """Register the Practise button and everything in its modals."""
    practising, on = Practising(services), Listeners(app, replies)
    on.replaces("practise", practising.choose)
    on.replaces("practise_on", practising.begin)
    on.replaces("practise_answer", practising.answer)
    on.replaces("practise_ticks", practising.answer_ticks)
    on.replaces("practise_back", practising.back)
    on.replaces("practise_outcome", practising.outcome)
    on.opens("who_practised", practising.who)
    on.nothing("practise_tick")
