"""What Slack sends, complete and broken: parsed once, and refused where it cannot be meant for us."""

from typing import Any

import pytest
from pydantic import ValidationError

from bot.slack.payloads import Press, Presser, Sent, named, target

PRESS: dict[str, Any] = {
    "type": "block_actions",
    "user": {"id": "U0STAFF", "team_id": "T0SANDBOX", "name": "staff"},
    "team": {"id": "T0SANDBOX", "domain": "sandbox"},
    "trigger_id": "1.2.3",
    "response_url": "https://hooks.slack.com/actions/1",
    "channel": {"id": "D0STAFF", "name": "directmessage"},
    "message": {"ts": "1.1", "blocks": [], "text": "Your sharing check."},
    "state": {"values": {"3.1.6.4": {"tick": {"type": "checkboxes", "selected_options": [{"value": "none"}]}}}},
    "actions": [
        {
            "type": "button",
            "action_id": "answer.not_sure",
            "block_id": "S1.3",
            "value": "abc:S1",
            "action_ts": "1790000000.1",
            "text": {"type": "plain_text", "text": "Not sure"},
        }
    ],
}
SENT: dict[str, Any] = {
    "type": "view_submission",
    "user": {"id": "U0STAFF"},
    "trigger_id": "1.2.3",
    "view": {
        "id": "V1",
        "hash": "1.abc",
        "private_metadata": "abc:7",
        "root_view_id": "V0",
        "state": {
            "values": {
                "text": {"typed.text": {"type": "plain_text_input", "value": "  words \n"}},
                "empty": {"typed.empty": {"type": "plain_text_input", "value": None}},
                "due": {"date.due": {"type": "datepicker", "selected_date": "2026-12-01"}},
                "decision": {"option.decision": {"selected_option": {"value": "share"}}},
                "people": {"people.people": {"selected_options": [{"value": "lead-1"}, {"value": "lead-2"}]}},
                "unticked": {"people.unticked": {"selected_options": []}},
            }
        },
    },
}


def _press(**changes: object) -> Press:
    return Press.model_validate({**PRESS, "actions": [{**PRESS["actions"][0], **changes}]})


def test_a_press_says_who_what_and_about_which_check() -> None:
    """Everything a listener needs, and nothing a person typed."""
    press = _press()
    assert (press.user.id, press.verb, press.verb_argument) == ("U0STAFF", "answer", "not_sure")
    assert (press.check, press.argument) == ("abc", "S1")
    assert press.chosen("3.1.6.4") == ("none",)
    assert press.chosen("elsewhere") == ()


def test_a_press_in_a_window_reads_the_windows_state() -> None:
    """What is ticked in a modal counts, not what an old message still shows."""
    state = {"values": {"x": {"y": {"selected_option": {"value": "here"}}}}}
    press = Press.model_validate({**PRESS, "view": {"id": "V1", "state": state}})
    assert press.chosen("x") == ("here",)
    assert press.chosen("3.1.6.4") == ()


def test_the_same_press_again_has_the_same_name_and_another_has_not() -> None:
    """I24: a replayed click is recognised, two real ones are told apart."""
    assert _press().request == _press().request
    others = [
        _press(action_ts="1790000000.2"),
        _press(action_id="answer.no"),
        _press(value="abd:S1"),
        Press.model_validate({**PRESS, "user": {"id": "U0LEAD1"}}),
    ]
    assert len({_press().request, *(other.request for other in others)}) == 5


def test_the_same_submission_again_has_the_same_name_and_another_has_not() -> None:
    """I24: Slack may send a window twice; saving it once is enough."""

    def sent(user: str = "U0STAFF", **changes: object) -> Sent:
        return Sent.model_validate({**SENT, "user": {"id": user}, "view": {**SENT["view"], **changes}})

    assert sent().request == sent().request
    other = {"values": {"text": {"typed": {"value": "other words"}}}}
    assert len({sent().request, sent(state=other).request, sent(id="V2").request, sent("U0LEAD1").request}) == 4
    assert sent().request == sent(hash="2").request


def test_a_submission_gives_what_was_chosen_and_typed() -> None:
    """Typed words lose the space around them; what is empty is empty, whatever Slack calls it."""
    sent = Sent.model_validate(SENT)
    assert (sent.check, sent.argument) == ("abc", "7")
    assert sent.typed("text") == "words"
    assert sent.typed("due") == "2026-12-01"
    assert sent.chosen("decision") == ("share",)
    assert sent.chosen("people") == ("lead-1", "lead-2")
    for block in ("empty", "unticked", "nowhere"):
        assert sent.typed(block) == ""
        assert sent.chosen(block) == ()


@pytest.mark.parametrize("missing", ["user", "actions"])
def test_a_press_that_lacks_its_person_or_its_button_is_refused(missing: str) -> None:
    """Nothing is done in nobody's name."""
    body = {key: value for key, value in PRESS.items() if key != missing}
    with pytest.raises(ValidationError):
        Press.model_validate(body)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {**PRESS, "actions": []},
        {**PRESS, "user": {}},
        {**PRESS, "user": None},
        {**PRESS, "actions": [{"value": "abc"}]},
        {**PRESS, "state": {"values": "none"}},
    ],
)
def test_a_broken_press_is_refused(body: dict[str, Any]) -> None:
    """Half a payload does not become half an action."""
    with pytest.raises(ValidationError):
        Press.model_validate(body)


@pytest.mark.parametrize("body", [{}, {"user": {"id": "U1"}}, {**SENT, "view": {}}, {**SENT, "view": None}])
def test_a_broken_submission_is_refused(body: dict[str, Any]) -> None:
    """Half a window is not saved."""
    with pytest.raises(ValidationError):
        Sent.model_validate(body)


def test_a_refusal_does_not_repeat_what_was_typed() -> None:
    """The error of a broken payload is logged by its class alone; even its words hold no more than the place."""
    body = {**SENT, "user": {}}
    with pytest.raises(ValidationError) as caught:
        Sent.model_validate(body)
    assert "words" not in str(caught.value)


def test_what_slack_may_leave_out_may_be_missing() -> None:
    """A shortcut has no message, an old payload no team."""
    press = Press.model_validate({"user": {"id": "U1"}, "actions": [{"action_id": "start"}]})
    assert (press.check, press.argument, press.response_url) == ("", "", "")


@pytest.mark.parametrize(
    ("value", "parts"),
    [("abc", ("abc", "")), ("abc:S1", ("abc", "S1")), ("abc:S1:3", ("abc", "S1:3")), ("", ("", "")), ("-", ("-", ""))],
)
def test_a_value_is_a_check_and_an_argument(value: str, parts: tuple[str, str]) -> None:
    """Only the first colon parts them."""
    assert target(value) == parts


def test_a_verb_matches_itself_and_its_arguments_only() -> None:
    """The id change.S4 is the verb change; change_of_heart is not."""
    assert named("change").search("change")
    assert named("change").search("change.S4")
    assert not named("change").search("change_of_heart")
    assert not named("change").search("exchange")


def test_payloads_cannot_be_changed_once_read() -> None:
    """What was pressed stays what was pressed."""
    with pytest.raises(ValidationError):
        _press().user = Presser(id="U0LEAD1")  # type: ignore[misc] # that it is refused is the point
