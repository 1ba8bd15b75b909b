"""The windows of whoever leads where the reporter cannot press Agree, and of whoever gives another view on a plan."""

from __future__ import annotations

from datetime import datetime

from slack_bolt import App

from bot.cases.closing import CHANGED, Closing
from bot.cases.gated import Gated
from bot.check_view import CheckView
from bot.context import Services
from bot.permission import Act
from bot.slack import block_kit
from bot.slack.block_kit import Block
from bot.slack.listeners import NO_REASON, Answer, Listeners, close, errors
from bot.slack.payloads import Press, Sent
from bot.slack.replies import Replies
from flows.agreement import AGREED_HOW, AgreedHow, needs_a_name, without_a_view
from flows.case import Did, latest
from flows.events import EventKind
from flows.sentences import is_sentence, says_something
from services.case_steps import Result

NOT_NOW = "There is no plan that waits for this. Close this and look again."
WHEN = "Please say when they agreed."
TOO_LATE = "That is still to come. When did they agree?"
VIEW_FIRST = "Somebody else gives their own view first. Use Another view."
WHOSE = "You lead this, or made the plan. Please say whose view it is: name and role."


class Agreement:
    """Listeners of both windows. Each asks the gate first."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._gated = Gated(services)

    def open(self, press: Press) -> Block | str:
        """Record the opening and return the window; words where no plan waits to be agreed."""
        view = self._gated.look(press, Act.PLAN)
        if isinstance(view, str):
            return view
        waits = view.case is not None and view.case.plan_stands and view.case.reporter_agreed_at is None
        return agreement(view) if waits else NOT_NOW

    def agree(self, sent: Sent) -> Answer:
        """Record how the plan counts as agreed: when they were talked to, or why they were not."""
        how, at, reason = next(iter(sent.chosen("agreed_how")), ""), sent.moment("at"), sent.typed("reason")
        if wrong := _wrong(how, at, reason, self._services.clock.now()):
            return errors(wrong)
        with self._services.database.read() as tx:
            view = self._services.look(tx, sent.check, history=True) if self._services.subject(tx, sent.check) else None
        if view is not None and how == AgreedHow.DIFFERS and _awaits_a_view(view):
            return errors({"agreed_how": VIEW_FIRST})
        zone = self._services.organisation.zone
        when = f" on {at.astimezone(zone):%a %d %b %Y, %H:%M}" if at and how == AgreedHow.TOLD else ""
        content = {
            "agreed_how": how,
            "said": f"{AGREED_HOW[AgreedHow(how)]}{when}".removesuffix(", because"),
            "text": reason,
        }
        result = self._gated.submit(
            sent,
            Act.PLAN,
            lambda work: work.agreed_otherwise(sent.check, sent.user.id, sent.number, content, sent.request),
        )
        return _settled(result, "agreed_how")

    def open_review(self, press: Press) -> Block | str:
        """Record the opening and return the window; words where there is no disagreement to look at."""
        view = self._gated.look(press, Act.REVIEW)
        if isinstance(view, str):
            return view
        return review(view, press.user.id) if without_a_view(view.entries) is not None else NOT_NOW

    def review(self, sent: Sent) -> Answer:
        """Record the view. Whoever leads or made the plan can only pass on somebody else's, with name and role."""
        if not is_sentence(sent.typed("text")):
            return errors({"text": NO_REASON})
        if not self._is_theirs(sent):
            return errors({"by": WHOSE})
        view = {"text": sent.typed("text"), "by": sent.typed("by", 200)}
        result = self._gated.submit(
            sent, Act.REVIEW, lambda work: work.review(sent.check, sent.user.id, view, sent.request)
        )
        return _settled(result, "text")

    def _is_theirs(self, sent: Sent) -> bool:
        """Return whether the view is the sender's own, or it is said whose it is."""
        if says_something(sent.typed("by")):
            return True
        with self._services.database.read() as tx:
            if self._services.subject(tx, sent.check) is None:
                return True
            return not _needs_a_name(self._services.look(tx, sent.check, history=True), sent.user.id)


def _wrong(how: str, at: datetime | None, reason: str, now: datetime) -> dict[str, str]:
    """Return what is still needed, by box."""
    if how not in set(AgreedHow):
        return {"agreed_how": "Please choose one."}
    if how == AgreedHow.TOLD:
        return {"at": WHEN} if at is None else {"at": TOO_LATE} if at > now else {}
    return {} if is_sentence(reason) else {"reason": NO_REASON}


def _awaits_a_view(view: CheckView) -> bool:
    return latest(view.entries, EventKind.REVIEWED) is None or without_a_view(view.entries) is not None


def _needs_a_name(view: CheckView, who: str) -> bool:
    leader = view.roster.slack.get(view.case.led_by or "") if view.case else None
    return needs_a_name(view.entries, who, leader)


def _settled(result: Result | None, box: str) -> Answer:
    return close() if result is not None and result.did is not Did.STALE else errors({box: CHANGED})


def agreement(view: CheckView) -> Block:
    """Render the window in which whoever leads says how the plan was agreed."""
    plan_round = str(view.case.plan_round) if view.case else ""
    how = block_kit.choice("radio_buttons", "option", {str(one): words for one, words in AGREED_HOW.items()})
    blocks = [
        block_kit.section(
            f"The plan is agreed when {view.reporter} presses *I agree*. Where they cannot, say here how it stands. "
            "It is shown as what you noted, never as their own press."
        ),
        block_kit.input_("How does it stand?", how, "agreed_how"),
        block_kit.input_("When did they agree?", block_kit.moment_input(view.now), "at", optional=True),
        block_kit.input_("Why, or what they said", block_kit.text_input(lines=True), "reason", optional=True),
    ]
    return block_kit.modal(
        "How they agreed", blocks, callback_id="agreement", metadata=view.window(plan_round), submit="Save"
    )


def review(view: CheckView, who: str) -> Block:
    """Render the window for another view: what the staff member does not agree with, and a box for one's own."""
    disagreed = latest(view.entries, EventKind.DISAGREED)
    said = str(disagreed.content.get("reason") or "") if disagreed else ""
    whose = block_kit.input_(
        "Whose view is it? Name and role",
        block_kit.text_input(longest=200),
        "by",
        optional=True,
        hint="Leave it empty where it is your own. Whoever leads, or made the plan, passes on somebody else's.",
    )
    blocks = [
        *block_kit.labelled("The staff member does not agree", said),
        block_kit.input_("Your own view, and why", block_kit.text_input(lines=True), "text"),
        *([whose] if _needs_a_name(view, who) else []),
        block_kit.context("Your name and role are kept with it. Open shows the plan."),
    ]
    return block_kit.modal("Another view", blocks, callback_id="another_view", metadata=view.window(), submit="Save")


def register(app: App, services: Services, replies: Replies) -> None:
    """Register both buttons and both windows."""
    asked, on, show_close = Agreement(services), Listeners(app, replies), Closing(services).show_again
    on.opens("agreement", asked.open)
    on.opens("another_view", asked.open_review)
    on.submission("agreement", asked.agree, then=show_close)
    on.submission("another_view", asked.review, then=show_close)
