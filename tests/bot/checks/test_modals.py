"""The reporter's windows: every one opens, at the longest that can be typed, and nothing typed is lost."""

import itertools
from dataclasses import replace

import pytest

from bot.checks import modals
from bot.config.organisation import Organisation, Phones, School
from bot.fields import DETAILS
from flows.case import CheckStatus
from flows.checklist import CHECKLIST
from flows.events import EventKind
from flows.model import Choose, Level, Outcome, Question
from tests.bot.builders import HOSTILE, LONGEST, NOW, ORGANISATION, SHEETS, case, check, crowd, entry, led, sent, view
from tests.bot.slack.limits import elements, fits_view, words
from tests.flows.builders import calm_but, stopped_after


@pytest.mark.parametrize("question", CHECKLIST.questions, ids=lambda question: question.id)
def test_every_question_can_be_explained_noted_and_changed(question: Question) -> None:
    """Why we ask, the policy's words, a note and another answer: a window for each question."""
    fits_view(modals.why(question))
    fits_view(modals.policy_words(question)) if question.policy_words else None
    fits_view(modals.note("c" * 32 + ":" + question.id))
    given = ("lead-1",) if question.choose is Choose.PEOPLE else (question.options[0].id,)
    changed = modals.change(view(check({**calm_but(), question.id: given})), question)
    fits_view(changed)
    said = words(changed)
    assert all(option.label in said for option in question.options)


def test_changing_an_answer_starts_from_the_one_given() -> None:
    """Nobody has to remember what they said."""
    form = modals.change(view(check(calm_but())), CHECKLIST["S4"])
    assert form["blocks"][0]["element"]["initial_option"]["value"] == "no"
    ticked = modals.change(view(check({"3.1.6": ("none",)})), CHECKLIST["3.1.6"])
    assert [one["value"] for one in ticked["blocks"][0]["element"]["initial_options"]] == ["none"]
    named = modals.change(view(check({"S2": ("lead-2",)})), CHECKLIST["S2"])
    assert named["blocks"][0]["element"]["initial_option"]["value"] == "leads"
    assert [one["value"] for one in named["blocks"][1]["element"]["initial_options"]] == ["lead-2"]


def test_anybody_who_could_be_paged_can_be_left_out_but_the_reporter() -> None:
    """A lead who raises a check is not asked about themselves."""
    everyone = {"lead-1", "lead-2", "deputy-1", "independent", "data-protection"}
    for reporter, offered in (("U0STAFF", everyone), ("U0LEAD1", everyone - {"lead-1"})):
        form = modals.leave_out(view(check(reporter=reporter)), "c:S2")
        fits_view(form)
        assert {one["value"] for one in form["blocks"][1]["element"]["options"]} == offered


def test_a_crowd_with_long_names_can_be_left_out() -> None:
    """Anybody can be left out of an organisation of any size."""
    of = check({"S1": ("no",), "S2": ("lead-2", "deputy-1")})
    many = crowd(leads=30, deputies=30)
    for form in (
        modals.leave_out(view(of, organisation=many), "c:S2"),
        modals.change(view(of, organisation=many), CHECKLIST["S2"]),
    ):
        fits_view(form)
        people = form["blocks"][1]["element"]
        assert len(people["options"]) == 62
        assert [one["value"] for one in people["initial_options"]] == ["lead-2", "deputy-1"]


def schools_of(*names: str) -> Organisation:
    """The example organisation with these schools."""
    return ORGANISATION.model_copy(update={"schools": tuple(School(name=name) for name in names)})


def test_a_school_is_chosen_where_the_organisation_lists_some_and_typed_where_a_list_cannot_hold_them() -> None:
    """What was chosen before is chosen again; without schools nothing is asked."""
    chosen = [entry(EventKind.DETAILS, 1, school="Second school")]
    of = check(stopped_after("S4", calm_but(S4="yes")))
    form = modals.details(view(of, case(of), entries=chosen, organisation=schools_of("First school", "Second school")))
    fits_view(form)
    box = next(block for block in form["blocks"] if block.get("block_id") == "school")
    assert (box["label"]["text"], box["optional"]) == ("Which school?", True)
    assert [one["value"] for one in box["element"]["options"]] == ["First school", "Second school"]
    assert box["element"]["initial_option"]["value"] == "Second school"
    assert form["title"]["text"] == "Tell them what happened"
    many = modals.details(view(of, organisation=schools_of(*(f"School {number} {'x' * 150}" for number in range(120)))))
    fits_view(many)
    assert next(block for block in many["blocks"] if block.get("block_id") == "school")["element"]["type"] == (
        "plain_text_input"
    )
    assert "school" not in {
        block.get("block_id") for block in modals.details(view(of, organisation=schools_of()))["blocks"]
    }


def test_a_check_that_pages_asks_what_it_is_about_before_send() -> None:
    """Where nothing was told yet; Send without it is a press of its own, and says so."""
    of = check(SHEETS[Outcome.CONSULT])
    form = modals.review(view(of))
    fits_view(form)
    box = next(block for block in form["blocks"] if block.get("block_id") == "story")
    assert box["label"]["text"] == "Tell the lead what this is about"
    assert form["submit"]["text"] == "Send"
    again = modals.review(view(of), without=True)
    fits_view(again)
    assert again["submit"]["text"] == "Send without it"
    assert "Send without it: I will tell them myself." in words(again)
    told = modals.review(view(of, entries=[entry(EventKind.DETAILS, facts="typed")]))
    assert "story" not in {block.get("block_id") for block in told["blocks"]}
    unfinished = modals.review(view(check(stopped_after("S4", calm_but(S4="yes")))))
    assert "story" not in {block.get("block_id") for block in unfinished["blocks"]}


def test_where_no_lead_is_told_no_lead_is_spoken_of() -> None:
    """The box names who will read it (I30)."""
    of = check(calm_but(S2="lead-1+lead-2", S3="low_level"))
    box = next(block for block in modals.review(view(of))["blocks"] if block.get("block_id") == "story")
    assert box["label"]["text"] == "Tell Independent contact what this is about"


@pytest.mark.parametrize("outcome", [Outcome.HOLD, Outcome.FIX_FIRST])
def test_where_nobody_is_paged_the_reason_is_asked_for_before_the_end(outcome: Outcome) -> None:
    """Policy 2.9: it cannot be left empty."""
    form = modals.review(view(check(SHEETS[outcome])))
    fits_view(form)
    box = next(block for block in form["blocks"] if block.get("block_id") == "reason")
    assert (box["label"]["text"], box["optional"]) == ("Why is this the right thing for now?", False)
    after = modals.review(view(sent(outcome)))
    assert "reason" not in {block.get("block_id") for block in after["blocks"]}


def test_what_would_have_changed_it_is_told_only_where_nothing_is_urgent() -> None:
    """Nothing teaches the lower answer: docs/rules.md, decision 12."""
    for outcome in Outcome:
        if outcome is not Outcome.UNFINISHED:
            form = modals.would_change(view(sent(outcome)))
            fits_view(form)
            urgent = outcome in (Outcome.EMERGENCY, Outcome.CONSULT_URGENT)
            assert ("If you had" in words(form)) is not urgent


@pytest.mark.parametrize("text", LONGEST)
def test_details_at_their_longest_open_again_as_they_were(text: str) -> None:
    """What was typed is there the next time, all of it."""
    typed = {field.key: text[: field.longest] for field in DETAILS}
    form = modals.details(view(check(), entries=[entry(EventKind.DETAILS, 1, **typed)], organisation=schools_of()))
    fits_view(form)
    shown = {block["block_id"]: block["element"].get("initial_value") for block in form["blocks"][1:]}
    assert shown == typed


def test_the_newest_details_are_the_ones_shown() -> None:
    """A correction stands in the place of what it corrects."""
    entries = [entry(EventKind.DETAILS, 1, person="first"), entry(EventKind.DETAILS, 2, person="second")]
    assert "second" in str(modals.details(view(check(), entries=entries)))
    assert "'first'" not in str(modals.details(view(check(), entries=entries)))


def test_every_box_of_the_details_may_stay_empty() -> None:
    """Nobody is kept from a lead by a box they cannot fill."""
    form = modals.details(view(check()))
    assert all(block["optional"] for block in form["blocks"][1:])


def test_every_finished_or_unfinished_check_can_be_looked_over() -> None:
    """Check your answers, in every state; Send only where everything is answered and nothing is sent."""
    for sheet, status in itertools.product(SHEETS.values(), CheckStatus):
        shown = view(check(sheet, status=status))
        form = modals.review(shown, "Changed. <&>")
        if sheet or status is not CheckStatus.DRAFT:
            fits_view(form)
        can_send = status is CheckStatus.DRAFT and shown.progress.is_finished
        assert ("submit" in form) is can_send
        changes = [one for one in elements(form) if one["action_id"].startswith("change.")]
        someone_can_be_left_out = int(status is CheckStatus.SENT and "S2" in shown.progress.answers)
        expected = len(shown.progress.answers) if status is CheckStatus.DRAFT else someone_can_be_left_out
        assert len(changes) == expected


def test_looking_over_the_answers_never_names_who_is_left_out() -> None:
    """Somebody looking over a shoulder does not learn whom it may be about."""
    said = words(modals.review(view(check({"S1": ("no",), "S2": ("lead-1",)}))))
    assert "Lead one" not in said
    assert "choose who to leave out" in said


def test_phone_numbers_leave_out_whoever_is_left_out() -> None:
    """Nobody is sent to the very person it may be about; 999 is always there."""
    said = words(modals.phones(view(check({"S1": ("no",), "S2": ("lead-1",)}, level=Level.CONSULT))))
    assert "Lead one" not in said
    assert "Lead two: 020 7946 0102" in said
    for number in ("999", "0808 800 5000", "0800 028 0285", "020 7946 0110", "020 7946 0111"):
        assert number in said


def test_the_window_of_numbers_shows_the_named_school_and_the_others_behind_one_line() -> None:
    """Nobody in a hurry reads through every school; no number is out of reach."""
    one, two = "020 7946 0151", "020 7946 0152"
    schools = (School(name="School one", social_care=one), School(name="School two", social_care=two))
    ours = ORGANISATION.model_copy(update={"schools": schools})
    named = replace(view(check(), organisation=ours), school="School one")
    said = words(modals.phones(named))
    assert "Children's social care: 020 7946 0151" in said
    assert "020 7946 0152" not in said
    assert said.count(modals.OTHER_SCHOOLS) == 1
    others = words(modals.school_phones(named))
    assert "School two, children's social care: 020 7946 0152" in others
    assert "School one" not in others
    alone = replace(named, organisation=ours.model_copy(update={"schools": schools[:1]}))
    assert modals.OTHER_SCHOOLS not in words(modals.phones(alone))


def test_where_no_number_is_set_the_window_says_how_to_find_it() -> None:
    """A gap is said in words that still help."""
    bare = ORGANISATION.model_copy(update={"phones": Phones(), "schools": ()})
    assert "Children's social care: 999 in danger; or find the council's number" in words(
        modals.phones(view(check(), organisation=bare))
    )


def test_a_crowd_of_phone_numbers_fits_and_ends_with_999() -> None:
    """However many people there are, the last lines are not cut off."""
    form = modals.phones(view(check(), organisation=crowd(leads=30, deputies=30)))
    fits_view(form)
    said = words(form)
    assert "999" in said
    assert said.count("020 7946 0101") == 60
    assert HOSTILE not in said


def test_a_window_that_only_says_something_opens() -> None:
    """Whatever it says, it notifies nobody."""
    said = modals.said("Not found", HOSTILE)
    fits_view(said)
    assert "<!channel>" not in words(said)


def test_no_window_carries_anything_typed_in_its_metadata() -> None:
    """Slack keeps metadata: it holds ids and nothing else."""
    of = sent(Outcome.CONSULT)
    secret = "a name nobody may read"
    shown = view(of, led(of), entries=[entry(EventKind.DETAILS, person=secret)])
    for form in (modals.details(shown), modals.review(shown)):
        assert secret not in form.get("private_metadata", "")
    assert NOW.isoformat() not in str(modals.review(shown))
