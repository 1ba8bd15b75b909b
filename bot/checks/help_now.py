"""What every state of a running card says once somebody may need help (I25), each part made in this one place.

All sentences come from the check's `Guidance`; here they get their place, their weight and the times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.check_view import CheckView
from bot.checks.times import when
from bot.slack import block_kit
from bot.slack.block_kit import Block
from flows.case import Case, CaseStatus, CheckStatus, Told
from flows.engine import wording
from flows.events import EventKind
from flows.model import Level, Outcome

_WAYS = {"email": "an email", "push": "a message to a phone"}
_GONE = {
    EventKind.ASKED_GONE: "Those I asked before can answer no more, so I ask others.",
    EventKind.LEADER_GONE: "Whoever was on it can answer no more, so I ask others.",
}
_PIECE = 2800
"""Characters of one section: a longer text goes on in the next, so that no number is ever cut off."""


def first(view: CheckView) -> Iterator[Block]:
    """Yield what is read before anything else, in as few blocks as hold it: 999, who was told, and whom not to tell."""
    made = view.guidance
    emergency = [_strong(made.danger, _to_do_in_danger(view))] if made.outcome is Outcome.EMERGENCY else []
    danger = [one for one in made.say_first if one == made.danger]
    not_yet = [one for one in made.say_first if one != made.danger]
    yield from paragraphs([*emergency, *map(_strong, danger), *_who_was_told(view), *map(_strong, not_yet)])


def only_danger(view: CheckView) -> Iterator[Block]:
    """Yield the 999 line alone, where it comes first."""
    made = view.guidance
    if made.outcome is Outcome.EMERGENCY or made.danger in made.say_first:
        yield from paragraphs([_strong(made.danger)])


def who_was_told(view: CheckView) -> Iterator[Block]:
    """Who was told and when, and what became of it; nothing where nobody needs to be told."""
    yield from paragraphs(_who_was_told(view))


def _who_was_told(view: CheckView) -> Iterator[str]:
    if view.case is not None:
        yield from _news(view, view.case)
    elif view.guidance.told:
        yield block_kit.esc(view.guidance.told)


def numbers_and_advice(view: CheckView) -> Iterator[Block]:
    """Yield the numbers for now with the 999 line, then the advice that fits.

    Where nobody needs to be told there are no numbers, and advice only for somebody who is asked for information.
    """
    made = view.guidance
    yield from paragraphs(map(block_kit.esc, made.numbered))
    yield from paragraphs(block_kit.esc(one.words) for one in made.advice)


def has_help(view: CheckView) -> bool:
    """Return whether there is advice, or somebody needs to be told: a calm question is shown by itself."""
    return view.decision.page or bool(view.guidance.advice)


def footer(view: CheckView) -> Block:
    """Ask a lead, social care, the helplines, and who needs to know."""
    return block_kit.context(block_kit.esc(" ".join(view.guidance.footer)))


def instructions(view: CheckView) -> Iterator[str]:
    """Yield the outcome's words, without what the title or the news say already; numbers stand in their list alone."""
    for sentence in view.guidance.instructions:
        if sentence == wording.LEFT_OUT and view.told_before:
            yield "Some of the people you left out had been asked already. From now on they see nothing of this."
        elif not _is_said(view, sentence):
            yield sentence.replace(f" ({_social_care(view)})", "")


def _social_care(view: CheckView) -> str:
    """Return the service and its number as the outcome's words have them."""
    return view.facts.social_care_now(adult=view.decision.adult)


def _to_do_in_danger(view: CheckView) -> Iterator[str]:
    return (one for one in instructions(view) if one not in (view.guidance.danger, wording.STOPPED))


def paragraphs(lines: Iterable[str]) -> Iterator[Block]:
    """Yield sections with these lines of mrkdwn, as few as hold them all."""
    piece = ""
    for line in lines:
        if piece and len(piece) + len(line) >= _PIECE:
            yield block_kit.section(piece)
            piece = ""
        piece += f"\n{line}" if piece else line
    if piece:
        yield block_kit.section(piece)


def _strong(words: str, more: Iterable[str] = ()) -> str:
    return " ".join([f"*{block_kit.esc(words)}*", *map(block_kit.esc, more)])


def _is_said(view: CheckView, sentence: str) -> bool:
    """Return whether the title or the news say it already: also whom to ring, once a case is there."""
    who, made = view.facts.recipients, view.guidance
    told = (f"I have told {who}.", "I have told them.", f"I am telling {who} now.", "I am telling them now.")
    asks = ("I have asked them to answer", "I am asking them to answer now")
    if view.case is not None and (sentence in told or sentence.startswith(asks)):
        return True
    return sentence in (f"{made.title}.", made.told, wording.STOPPED)


def _news(view: CheckView, case: Case) -> Iterator[str]:
    """Yield what has become of the page. Never more than is known."""
    if case.status is CaseStatus.CLOSED:
        yield "This is complete."
    elif case.led_by is not None:
        name, _ = view.facts.led_by or ("Someone", "")
        since = when(view, case.led_at or view.now)
        yield f"*{block_kit.esc(name)} is on it*, since {since}. They will talk with you."
    else:
        if view.gone is not None:
            yield _GONE[view.gone]
        yield from _how_far(view, case, block_kit.esc(view.guidance.told))


def _how_far(view: CheckView, case: Case, told: str) -> Iterator[str]:
    """Yield how far the page has come that nobody has answered yet."""
    if view.told is Told.DELIVERED:
        yield from _delivered(view, case, told)
    elif view.told is Told.ELSEWHERE:
        yield f"*{told}* I have sent {_other_ways(view)} instead. I cannot know whether it is read. I keep trying."
    elif view.told is Told.FAILED:
        more = ""
        if view.people_told:  # an ask before this one came through
            more = "No answer yet, and Slack does not take it when I ask again. "
        elif view.roster.channel in view.reached:
            more = "It stands in the leads' channel, but Slack takes no message of mine to anyone yet. "
        yield f"*{told}* {more}I keep trying."
        yield from _ring_yourself(view, case)
    else:
        yield f"{told} {_ring(view)}"


def _ring(view: CheckView) -> str:
    return "Ring them too." if view.decision.level >= Level.CONSULT_URGENT else "If it cannot wait, phone."


def _delivered(view: CheckView, case: Case, told: str) -> Iterator[str]:
    if case.tries > 1:
        also = f" and have also sent {_other_ways(view)}" if view.elsewhere else ""
        again = f"I asked again at {when(view, case.asked_at)}{also}" if view.has_asked else "I am asking again now"
        yield f"*{told}* No answer yet. {again}, and will keep asking."
        yield from _ring_yourself(view, case)
        return
    by = f" They should answer by {when(view, case.answer_by)}. {_ring(view)}"
    waits = " I will tell you when one answers." if view.check.status is not CheckStatus.DRAFT else ""
    yield f"*{told.removesuffix('.')}* at {when(view, case.asked_at)}.{by}{waits}"


def _other_ways(view: CheckView) -> str:
    return " and ".join(_WAYS[via] for via in sorted(view.elsewhere)) or "a message another way"


def _ring_yourself(view: CheckView, case: Case) -> Iterator[str]:
    """After an unanswered urgent page the reporter is sent to social care, now (docs/rules.md, "Response targets")."""
    if case.tries > 1 and view.check.level >= Level.CONSULT_URGENT:
        yield block_kit.esc(view.please_ring("now"))
