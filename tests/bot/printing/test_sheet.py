"""The checklist on paper: every question, nobody told falsely, and numbers that somebody answers."""

import random
import re
from html.parser import HTMLParser
from pathlib import Path

from click.testing import CliRunner

from bot.cli.main import main
from bot.config.organisation import example_organisation_path, load_organisation
from bot.printing import sheet_html
from bot.printing.sheet_html import lines
from flows.checklist import CHECKLIST
from flows.engine import wording
from flows.engine.outcome import decide
from flows.engine.replay import replay
from flows.model import PEOPLE, Answers, Level, Outcome
from flows.on_paper import AGREE, BEFORE, CALL, NOW, OUTCOMES, REASON
from tests.browser.chromium import fresh_page, running_browser

ORGANISATION = load_organisation(example_organisation_path())
PAPER = lines(ORGANISATION)
TEXT = "\n".join(line.words for line in PAPER)


def test_every_question_and_every_option_stands_on_it_in_order() -> None:
    """All 25, with the words of the conversation."""
    asked = [line.words for line in PAPER if line.kind == "strong" and line.words.partition(".")[0] in {"S1", "S2"}]
    assert asked[0] == f"S1. {CHECKLIST['S1'].ask}"
    places = [TEXT.index(f"{question.id}. {question.ask}") for question in CHECKLIST]
    assert places == sorted(places)
    assert len(places) == 25
    boxes = [line for line in PAPER if line.kind == "box"]
    options = [option for question in CHECKLIST for option in question.options]
    assert [box.words.startswith(option.label) for box, option in zip(boxes, options, strict=True)] == [True] * len(
        boxes
    )


def test_what_was_shared_already_is_asked_in_the_past_tense() -> None:
    """Beside the question, with the letters of S6 that mean so, and each answer's other words."""
    assert "If it was shared already (S6 is b or c or d): How much was shared?" in TEXT
    asked = [(question, past) for question in CHECKLIST if (past := question.when_already_shared)]
    assert len(asked) == 8
    for question, past in asked:
        assert f"{past.ask} {past.help}" in TEXT
        for option, label in past.labels.items():
            now = question.by_id[option].label
            assert label == now or f"{now} (if shared already: {label})" in TEXT
    assert "Talk to a safeguarding lead before anything more is shared." in TEXT


def test_where_nobody_is_phoned_there_is_a_line_for_the_reason() -> None:
    """Policy 2.9 wants it recorded; both outcomes that ask nobody send the reader to the line."""
    assert [line.kind for line in PAPER if line.words.startswith(REASON)] == ["blank"]
    for outcome in (Outcome.HOLD, Outcome.FIX_FIRST):
        assert "Write why at the end of this sheet" in OUTCOMES[outcome]


def test_an_answer_that_pages_in_slack_says_on_paper_whom_to_phone_and_how_soon() -> None:
    """Where the bot would tell somebody, the paper tells the reader to; S2's own answers name whom instead."""
    boxes = iter([line for line in PAPER if line.kind == "box"])
    says = {Level.NONE: None, Level.CONSULT: BEFORE, Level.CONSULT_URGENT: NOW, Level.EMERGENCY: CALL}
    for question in CHECKLIST:
        for option in question.options:
            words = next(boxes).words
            if question.id == "S2":
                assert ("phone" in words) == option.conflict
            elif (question.id, option.id) == ("4.2", "yes"):
                assert AGREE in words
            else:
                assert [one for one in (BEFORE, NOW, CALL) if one in words] == [
                    one for one in [says[option.raises]] if one
                ]


def test_it_never_says_that_somebody_was_told() -> None:
    """Paper tells nobody; nor does it discourage anybody."""
    assert not re.search(r"I have (told|alerted|paged)|I am telling|(?<!the )press ", TEXT)
    assert [phrase for phrase in wording.NEVER_SAID if phrase in TEXT.lower()] == []
    assert "{" not in TEXT
    assert set(OUTCOMES) == set(Outcome) - {Outcome.UNFINISHED, Outcome.CONSULT_READY}


def test_nobody_who_is_left_out_is_phoned_by_the_advice() -> None:
    """No outcome names a lead; who must not be phoned is said before any of them, with whom to phone instead."""
    advice = TEXT[TEXT.index("What to do") :]
    assert [lead.phone for lead in ORGANISATION.leads if lead.phone in advice] == []
    assert advice.index("never phone somebody you circled") < advice.index("Call 999 now")
    assert str(ORGANISATION.independent.phone) in advice


def test_every_outcome_of_the_conversation_is_at_least_as_pressing_on_paper() -> None:
    """On two thousand ways through, the first line of the paper that fits is never calmer than the bot's outcome."""
    ranks = [outcome for outcome, _ in sheet_html._when()]  # noqa: SLF001 - the order that is printed
    chance = random.Random(6)  # noqa: S311 - ways through, not secrets
    seen = set()
    for _ in range(2000):
        answers = _walk(chance)
        outcome = decide(CHECKLIST, replay(CHECKLIST, answers)).outcome
        outcome = Outcome.CONSULT if outcome is Outcome.CONSULT_READY else outcome
        seen.add(outcome)
        assert ranks.index(_on_paper(answers)) <= ranks.index(outcome), answers
    assert seen == set(ranks)


def _walk(chance: random.Random) -> Answers:
    """A way through to the end; mostly calm answers, or hardly any would get past the first."""
    answers: dict[str, tuple[str, ...]] = {}
    while (question := replay(CHECKLIST, answers).next) is not None:
        options = [option for option in question.options if option.id != PEOPLE]
        calm = [option for option in options if not option.raises] or options
        answers[question.id] = (chance.choice(calm if chance.random() < chance.choice((0.7, 1)) else options).id,)
    return answers


def _on_paper(answers: Answers) -> Outcome:
    """As a person finds it who goes down the list at the foot of the paper."""
    printed = {
        (question.id, option.id): sheet_html._option(question, option)  # noqa: SLF001 - what is printed
        for question in CHECKLIST
        for option in question.options
    }
    ticked = [printed[question, choice] for question, choices in answers.items() for choice in choices]
    leaked = answers.get("S6") != ("no",) and (answers.get("3.3.1") == ("no",) or answers.get("3.3.2") == ("no",))
    if answers["S1"] == ("yes",):
        return Outcome.EMERGENCY
    if leaked or any(NOW in words for words in ticked):
        return Outcome.CONSULT_URGENT
    if any(BEFORE in words for words in ticked):
        return Outcome.CONSULT
    by_judgement = {"yes": Outcome.CONSULT, "not_yet": Outcome.FIX_FIRST, "no": Outcome.HOLD}
    return by_judgement[answers["4.2"][0]]


def test_the_numbers_are_the_organisations_own() -> None:
    """Leads, deputies, the independent contact, social care, schools, helplines and 999."""
    people = [*ORGANISATION.leads, *ORGANISATION.deputies, ORGANISATION.independent]
    numbers = [person.phone for person in people]
    numbers += [str(ORGANISATION.phones.childrens_social_care), str(ORGANISATION.phones.out_of_hours)]
    numbers += [str(school.lado) for school in ORGANISATION.schools]
    assert [number for number in ("999", "0808 800 5000", *numbers) if number not in TEXT] == []


def test_adults_have_their_own_numbers_and_the_lado_has_one_on_the_first_page() -> None:
    """I33: whoever worries about an adult is never left with children's services alone."""
    phones = ORGANISATION.phones
    page = TEXT[: TEXT.index("Questions\n")]
    for service, number in (
        ("Adult social care", phones.adult_social_care),
        ("Adult social care, out of hours", phones.adult_out_of_hours),
        ("LADO (for adults who work with children)", phones.lado),
    ):
        assert f"{service}: {number}" in page
    urgent = OUTCOMES[Outcome.CONSULT_URGENT]
    assert "a child's or an adult's" in urgent


def test_a_number_that_nobody_has_set_still_says_what_to_do() -> None:
    """999, and where the council's number is; an adult's night falls to the team that answers for all."""
    phones = ORGANISATION.phones.model_copy(
        update=dict.fromkeys(("adult_social_care", "adult_out_of_hours", "lado"), None)
    )
    text = "\n".join(line.words for line in lines(ORGANISATION.model_copy(update={"phones": phones})))
    assert "Adult social care: 999 in danger; or find the council's number at gov.uk" in text
    assert f"Adult social care, out of hours: {phones.out_of_hours}" in text
    assert "LADO (for adults who work with children): 999 in danger" in text


def test_a_school_of_another_council_has_its_adults_numbers_too() -> None:
    """Where the council's differ from the organisation's."""
    school = ORGANISATION.schools[0].model_copy(update={"adult_social_care": "020 7946 0999"})
    text = "\n".join(line.words for line in lines(ORGANISATION.model_copy(update={"schools": (school,)})))
    assert f"{school.name}: Children's social care {school.social_care}" in text
    assert "Adult social care 020 7946 0999" in text


def test_conditions_stand_in_letters_that_are_printed_there() -> None:
    """No id of the code is on paper."""
    ids = {option.id for question in CHECKLIST for option in question.options if "_" in option.id} | {PEOPLE + "_"}
    assert [one for one in ids if one in TEXT] == []
    assert "Only if S4 is b or d." in TEXT
    assert CHECKLIST["S4"].options[1].id == "possibly"
    assert CHECKLIST["S4"].options[3].id == "not_sure"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name in {"src", "href", "onload"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_holds_all_of_it_and_fetches_nothing() -> None:
    """It can be kept as a file and printed from any browser."""
    page = _Tags()
    page.feed(sheet_html.as_html(ORGANISATION))
    assert "script" not in page.tags
    assert [line.words for line in PAPER if line.words not in page.text] == []
    assert page.text.count("☐") == sum(line.kind == "box" for line in PAPER)


def test_printed_each_page_says_whom_to_call(chromium: str, tmp_path: Path) -> None:
    """Loose pages of it are used on the worst day. It is A4, on few pages, and no question ends on a page's edge."""
    file = tmp_path / "sheet.html"
    file.write_text(sheet_html.as_html(ORGANISATION), "utf-8")
    with running_browser(chromium) as browser, fresh_page(browser) as page:
        page.goto(file.as_uri())
        made = page.pdf(prefer_css_page_size=True)
        foot = page.locator("tfoot")
        assert foot.inner_text().strip() == wording.DANGER
        assert foot.evaluate("each => getComputedStyle(each).display") == "table-footer-group"
    assert re.search(rb"/MediaBox \[0 0 59[456][\d.]* 84[12][\d.]*\]", made)
    assert 3 <= len(re.findall(rb"/Type /Page\b", made)) <= 7


def test_the_command_prints_it_with_the_organisation_in_the_settings(tmp_path: Path) -> None:
    """And refuses to print one with numbers that nobody answers."""
    runner = CliRunner()
    given = {"SHARE_CHECK_ORGANISATION": str(example_organisation_path())}
    page = runner.invoke(main, ["checklist", "--format", "html"], env=given)
    assert page.exit_code == 0
    assert "020 7946 0101" in page.output
    none = runner.invoke(main, ["checklist", "--format", "html", "--organisation", str(tmp_path / "none.toml")])
    assert none.exit_code == 2
    assert "none.toml" in none.output
