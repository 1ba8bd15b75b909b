"""What each listener of the bot is for: the act of the gate that it carries, or why it carries none.

A new listener belongs in one of these tables; the tests say so until it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.fields import AGENCY, DECISION, DETAILS, SHARING
from bot.permission import Act
from flows.case import StrandName
from flows.events import EventKind
from tests.attacks.every_listener import Listener

State = dict[str, dict[str, dict[str, Any]]]


def _actions(*names: str) -> tuple[Listener, ...]:
    return tuple(Listener("action", name) for name in names)


def _views(*names: str) -> tuple[Listener, ...]:
    return tuple(Listener("view", name) for name in names)


CARRIES: dict[Act, tuple[Listener, ...]] = {
    Act.KNOW: (),
    Act.COUNT: (),
    Act.OPEN: _actions("open_case", "more_case", "open_check", "open_record", "chronology"),
    Act.SEE: _actions("seen"),
    Act.LEAD: _actions("lead"),
    Act.TAKE_OVER: _actions("take_over"),
    Act.STEP_ASIDE: _actions("step_aside"),
    Act.ASK: (*_actions("ask_reporter"), *_views("ask_reporter")),
    Act.NOTE: (*_actions("add_case_note"), *_views("case_note")),
    Act.REVIEW: (*_actions("another_view"), *_views("another_view")),
    Act.PLAN: (
        *_actions("plan", "update_strands", "agreement", "agency"),
        *_views("agreement", "agency", "keep_agency"),
        *_views("decision", "strands", "update_strands", "keep_decision", "keep_strands", "keep_update_strands"),
    ),
    Act.HAND_ON: _actions("hand_on"),
    Act.PAGE_AGAIN: _actions("page_again"),
    Act.REMIND: (*_actions("remind_me"), *_views("remind_me")),
    Act.RECORD_SHARING: (
        *_actions("record_sharing", "not_shared_yet", "chose_not"),
        *_views("sharing", "chose_not", "keep_sharing"),
    ),
    Act.CLOSE: (*_actions("close_case"), *_views("close_case")),
    Act.REOPEN: (*_actions("reopen_case"), *_views("reopen_case")),
    Act.REPLY: (*_actions("reply"), *_views("reply")),
    Act.READ_PLAN: _actions("see_plan", "see_outcome"),
    Act.AGREE: (*_actions("agree", "talk_first", "disagree"), *_views("disagree", "agree_plan")),
    Act.CORRECT: (*_actions("correct"), *_views("correct")),
    Act.EXPORT: (*_actions("export_case", "items", "item_move", "not_them"), *_views("make_export", "rule")),
    Act.HOLD: (*_actions("hold_record", "lift_hold"), *_views("hold_record", "lift_hold")),
    Act.BREACH: (*_actions("breach"), *_views("breach")),
    Act.ERASE: _views("deletion_list", "delete_for_good"),
}
"""What carries each act. What carries none is shown, not pressed: see `NO_BUTTON`."""
NO_BUTTON = {
    Act.KNOW: "pages, threads, the Home tab and what a search finds",
    Act.COUNT: "the digest and the lists' numbers",
}
OWN = (
    *_actions("answer", "answer_ticks", "back", "forward", "hide", "show", "stop", "ask_lead", "reopen_check"),
    *_actions(
        "carry_on",
        "why",
        "policy_words",
        "add_note",
        "add_details",
        "leave_out",
        "phones",
        "more",
        "school_phones",
        "review",
        "change",
    ),
    *_actions("would_change"),
    *_views("change", "leave_out", "note", "details", "send", "keep_details", "keep_send"),
)
"""A draft and its card are their writer's alone."""
LISTED = (
    *_actions("start_drill", "set_days_away", "remove_days_away", "find_record", "deletion_list", "who_practised"),
    *_actions("breach_log", "open_list", "register"),
    *_actions("requests", "new_request", "request", "extend", "close_request", "release", "add_record"),
    *_views("days_away", "find_record", "new_request", "extend", "close_request", "release", "add_record"),
)
"""For people of organisation.toml. No check is named in them."""
ANYBODY = (
    *_actions("start", "start_another", "go_there", "tick", "home_page"),
    *_actions("practise", "practise_on", "practise_answer", "practise_tick", "practise_ticks", "practise_back"),
    *_actions("practise_outcome"),
    *(Listener("shortcut", name) for name in ("start_check", "check_before_sharing")),
    Listener("command", "/share-check"),
    Listener("event", "app_home_opened"),
    Listener("event", "user_change"),
)
"""For all staff; guests and people of other organisations are sent to a phone."""
WAYS_IN = (
    *_actions("start", "start_another"),
    *(Listener("shortcut", name) for name in ("start_check", "check_before_sharing")),
    Listener("command", "/share-check"),
)
OF_A_CHECK = (*OWN, *(listener for act in Act for listener in CARRIES[act]))

_TWO_IDS = frozenset({"items", "item_move", "not_them", "rule"})
_SUFFIXES = {"answer": "answer.no", "item_move": "item_move.next", "change": "change.S4"}


def as_pressed(listener: Listener) -> Listener:
    """With what stands after the dot of a real button's id."""
    return Listener(
        listener.kind, _SUFFIXES.get(listener.name, listener.name) if listener.kind == "action" else listener.name
    )


def value_for(listener: Listener, check: str, about: Mapping[str, object], request: str) -> str:
    """What the real button or window carries. about: ids of the events that some of them are about."""
    arguments: dict[str, object] = {
        "answer": "S5",
        "answer_ticks": "3.1.6:4",
        "back": "9",
        "why": "S4",
        "policy_words": "3.1.1",
        "add_note": "S4",
        "note": "S4",
        "leave_out": "S2",
        "change": "S4",
        "reply": about.get(EventKind.QUESTION, 1),
        "see_outcome": about.get(EventKind.CLOSED, 1),
        "see_plan": "1",
        "agree": "1",
        "talk_first": "1",
        "disagree": "1",
        "agreement": "1",
        "agree_plan": "1",
    }
    if listener.name in _TWO_IDS:
        item = f":V1:{about.get(EventKind.NOTE, 1)}:text" if listener.name != "items" else ""
        return f"{request}:{check}{item}"
    argument = arguments.get(listener.name)
    return check if argument is None else f"{check}:{argument}"


def state_for(check: str, about: Mapping[str, object], words: str = "Something typed.") -> State:
    """Every box of every window filled in properly, so that nothing but the gate is in the way."""
    typed = ["text", "note", "outcome", "may_know", "by", "name", "number", "born", "asked_by", "story", "reason"]
    typed += ["unanswered", *AGENCY]
    typed += [field.key for field in (*DETAILS, *DECISION, *SHARING)]
    typed += [f"{name}.{box}" for name in StrandName for box in ("what", "owner")]
    typed += [f"reason.{check}", f"reason.{about.get(EventKind.NOTE, 1)}:text"]
    chosen = {
        "decision": "share",
        "option": "possibly",
        "when": "hour",
        "kind": EventKind.CORRECTED,
        "entry": str(about.get(EventKind.NOTE, 1)),
        "3.4.1": "yes_told",
        "agreed_how": "not_asked",
        "agency": "police",
        "state": "answered",
        "3.4.2": "yes",
        "person": "lead-1",
        f"decide.{check}": "keep",
        f"choice.{about.get(EventKind.NOTE, 1)}:text": "include",
        **{f"{name}.status": "done" for name in StrandName},
    }
    dates = ["first", "last", "received", *(f"{name}.due" for name in StrandName)]
    ticks = {"tick": {"type": "checkboxes", "selected_options": [{"value": "none"}]}}
    return {
        "3.1.6.4": ticks,
        **{key: {"typed": {"type": "plain_text_input", "value": words}} for key in typed},
        **{key: {"option": {"type": "radio_buttons", "selected_option": {"value": to}}} for key, to in chosen.items()},
        **{key: {"date": {"type": "datepicker", "selected_date": "2026-11-25"}} for key in dates},
    }


def state_of(listener: Listener, check: str, about: Mapping[str, object], words: str = "Something typed.") -> State:
    """The same, with the people chosen where a window asks for them alone."""
    state = state_for(check, about, words)
    if listener.name == "leave_out":
        state["people"] = {"people": {"type": "checkboxes", "selected_options": [{"value": "lead-1"}]}}
    return state
