"""What is still to come, counted and timed over the words themselves."""

import pytest

from flows.audit.situations import routes
from flows.checklist import CHECKLIST
from flows.engine.remaining import SECONDS_A_PRESS, WORDS_A_MINUTE, minutes_left, still_to_come, words_in
from flows.engine.replay import replay
from tests.flows.builders import SHARED, calm_but, progress_of, stopped_after


def test_what_may_follow_never_exceeds_what_can_be_asked() -> None:
    """24 at the start: consent was given, or not, so only one of 3.1.3 and 3.1.7 is asked (I22)."""
    assert len(still_to_come(CHECKLIST, progress_of({}))) == 24
    calm = progress_of(stopped_after("S7", calm_but()))
    assert len(calm.answers) + len(still_to_come(CHECKLIST, calm)) == 21
    assert still_to_come(CHECKLIST, progress_of(calm_but())) == ()


def test_the_number_of_questions_never_grows_on_the_way() -> None:
    """At every step of every situation: "Question 5 of about 20" is never followed by "Question 6 of about 23"."""
    for route in routes(CHECKLIST):
        last = list(route)[-1]
        before = progress_of({one: given for one, given in route.items() if one != last})
        after = progress_of(route)
        if before.next is not None and before.next.id == last:
            most = len(before.answers) + len(still_to_come(CHECKLIST, before))
            assert len(after.answers) + len(still_to_come(CHECKLIST, after)) <= most, route


def test_the_minutes_are_those_of_the_words_still_to_come() -> None:
    """Counted by hand for the one last question; fewer with every answer; never none."""
    last = progress_of(calm_but({"4.2": None}))
    assert [one.id for one in still_to_come(CHECKLIST, last)] == ["4.2"]
    seconds = words_in(CHECKLIST["4.2"]) * 60 / WORDS_A_MINUTE + SECONDS_A_PRESS
    assert minutes_left(CHECKLIST, last) == -(-seconds // 60)
    order = list(calm_but())
    taken = [minutes_left(CHECKLIST, progress_of(stopped_after(one, calm_but()))) for one in order]
    assert taken == sorted(taken, reverse=True)
    assert taken[0] > 3
    assert taken[-1] == 1


@pytest.mark.parametrize("shared", [True, False])
def test_the_words_counted_are_those_that_are_read(shared: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    """In the past tense where it was shared."""
    sheet = stopped_after("S7", calm_but(SHARED if shared else {}))
    asked = {one.id: one for one in still_to_come(CHECKLIST, replay(CHECKLIST, sheet))}
    assert asked["3.3.1"] == CHECKLIST["3.3.1"].asked(shared=shared)
