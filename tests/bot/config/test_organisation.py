"""organisation.toml: every mistake at once, in its writer's words; every gap said, none filled."""

from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.config.organisation import Organisation, OrganisationError, example_organisation_path, load_organisation
from flows.paging.roster import Counts

EXAMPLE = example_organisation_path().read_text(encoding="utf-8")
LEAST = """
name = "Example Trust"
leads_channel = "C0LEADS"

[[leads]]
id = "lead-1"
name = "Lead one"
slack = "U0LEAD1"
phone = "020 7946 0101"
email = "lead.one@example.org"

[independent_contact]
id = "independent"
name = "Independent contact"
slack = "U0INDEP"
phone = "020 7946 0104"
email = "independent@example.org"
"""

BREAKS = "# breaks = [{ first = 2026-12-21, last = 2027-01-03 }]"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "organisation.toml"


def _problems(file: Path, text: str) -> tuple[str, ...]:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(OrganisationError) as caught:
        load_organisation(file)
    return caught.value.problems


def _least(file: Path) -> Organisation:
    file.write_text(LEAST, encoding="utf-8")
    return load_organisation(file)


def _breaks(first: str, last: str) -> str:
    """A good break, and one from the first to the last."""
    return f"breaks = [{{ first = 2026-10-26, last = 2026-10-30 }}, {{ first = {first}, last = {last} }}]"


def _changed(old: str, new: str) -> str:
    assert old in EXAMPLE
    return EXAMPLE.replace(old, new, 1)


def test_the_example_is_valid_and_leaves_no_gap() -> None:
    """Whoever copies it starts from something that works."""
    organisation = load_organisation(example_organisation_path())
    assert organisation.gaps == ()
    assert [person.id for person in organisation.everyone] == [
        "lead-1",
        "lead-2",
        "deputy-1",
        "independent",
    ]


def test_the_example_shows_the_defaults(file: Path) -> None:
    """What the example says is what happens when it is left out."""
    example, least = load_organisation(example_organisation_path()), _least(file)
    for part in ("hours", "ladder", "targets", "retention", "slack", "aftercare", "time_zone"):
        shown, default = getattr(example, part), getattr(least, part)
        if part == "retention":
            shown = shown.model_copy(update={"owner": None})
        assert shown == default, part


def test_the_ladders_and_targets_left_out_are_the_examples(file: Path) -> None:
    """test_ladder.py holds them against the response targets."""
    assert _least(file).ladder == load_organisation(example_organisation_path()).ladder
    assert _least(file).targets == load_organisation(example_organisation_path()).targets


def test_a_file_of_the_first_edition_is_read_and_says_what_is_not_used_any_more(file: Path) -> None:
    """An upgrade stops nobody: working_time keeps its meaning, and doctor names the targets that do nothing."""
    old = '\n[targets]\nP2 = "4 h"\n\n[[ladder.P2]]\nwait = "4 h"\nwho = ["leads"]\nworking_time = true\n'
    file.write_text(LEAST + old, encoding="utf-8")
    organisation = load_organisation(file)
    assert [rung.clock for rung in organisation.rungs("P2")] == [Counts.WORKING_TIME]
    assert any(gap.startswith("targets.P2 is not used any more") for gap in organisation.gaps)


def test_a_wait_that_says_twice_what_it_counts_is_refused(file: Path) -> None:
    """Nobody should have to guess which of the two holds."""
    for more in ('counts = "daytime"', "working_time = true"):
        step = f'\n[[ladder.P2]]\nwait = "2 working days"\nwho = ["leads"]\n{more}\n'
        [problem] = _problems(file, LEAST + step)
        assert (
            problem == "ladder.P2[1]: says twice which time its wait counts. Keep one of wait, counts and working_time."
        )


def test_people_are_found_by_id_and_by_group() -> None:
    """Whatever a rung or an answer names, it is one and the same person."""
    organisation = load_organisation(example_organisation_path())
    lead = organisation.person("lead-2")
    assert organisation.group("leads") == organisation.leads
    assert organisation.group("deputies") == organisation.deputies
    assert organisation.group("independent") == (organisation.independent,)
    assert organisation.group("lead-2") == (lead,)
    with pytest.raises(KeyError):
        organisation.person("nobody")


def test_times_are_understood_in_the_zone_of_the_organisation(file: Path) -> None:
    """People see their own clock, and a week that starts on Monday."""
    organisation = _least(file)
    assert organisation.zone == ZoneInfo("Europe/London")
    monday, *_, sunday = organisation.hours.week
    assert monday == (time(8, 30), time(17))
    assert sunday is None


def test_a_day_left_out_of_hours_is_a_day_off(file: Path) -> None:
    """Hours that are written replace all of the default hours."""
    file.write_text(LEAST + '\n[hours]\ntuesday = "09:00-12:30"\n', encoding="utf-8")
    week = load_organisation(file).hours.week
    assert [day is None for day in week] == [True, False, True, True, True, True, True]


def test_days_off_are_bank_holidays_and_the_days_that_are_written(file: Path) -> None:
    """Christmas Eve is off for those who say so, Christmas Day for everybody."""
    file.write_text(LEAST + "\n[hours]\nclosed = [2026-12-24]\n", encoding="utf-8")
    off = load_organisation(file).days_off([2026, 2027])
    assert {date(2026, 12, 24), date(2026, 12, 25), date(2027, 1, 1)} < off


def test_a_term_break_is_off_from_its_first_day_to_its_last(file: Path) -> None:
    """The example that is commented out can be used as it is."""
    file.write_text(_changed(BREAKS, BREAKS.removeprefix("# ")), encoding="utf-8")
    off = load_organisation(file).days_off([2026, 2027])
    assert {date(2026, 12, 21), date(2026, 12, 31), date(2027, 1, 3)} < off
    assert not {date(2026, 12, 18), date(2027, 1, 4)} & off


def test_what_is_left_out_is_reported_as_a_gap(file: Path) -> None:
    """Nothing that the organisation must settle is invented."""
    gaps = "\n".join(_least(file).gaps)
    for gap in (
        *("deputies", "administrators", "statutory_duty", "retention.owner", "out_of_hours"),
        *("policy_url", "safeguarding_policy_url"),
    ):
        assert gap in gaps


def test_a_school_with_gaps_names_each_of_them(file: Path) -> None:
    """Every school's contacts are asked for by name."""
    file.write_text(LEAST + '\n[[schools]]\nname = "School one"\nlado = "101"\n', encoding="utf-8")
    gaps = [gap for gap in load_organisation(file).gaps if gap.startswith("School one: ")]
    assert [gap.split()[2] for gap in gaps] == ["council", "social_care", "out_of_hours", "lead"]


def test_every_problem_is_listed_at_once(file: Path) -> None:
    """One run shows the whole list."""
    text = (
        _changed('"Europe/London"', '"Atlantis"')
        .replace('"U0LEAD2"', '"U0LEAD1"')
        .replace('"020 7946 0103"', '"12"')
        .replace('wait = "4 h"', 'wait = "soon"')
    )
    problems = _problems(file, text)
    assert len(problems) == 4, problems
    assert problems[0].startswith("time_zone: ")
    assert problems[1] == (
        'deputies[1].phone: "12" is not a phone number. Write it like 020 7946 0000 or +44 20 7946 0000.'
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('id = "lead-2"', 'id = "lead-1"', 'leads[2].id: "lead-1" is already used by leads[1].'),
        ("U0DEPUTY", "U0LEAD1", 'deputies[1].slack: "U0LEAD1" is already used by leads[1].'),
        ("U0INDEP", "U0LEAD1", "independent_contact.slack"),
        ("020 7946 0104", "020 7946 0101", "independent_contact.phone"),
        ("independent@", "lead.one@", "independent_contact.email"),
        ('id = "lead-2"', 'id = "not_sure"', "leads[2].id"),
        ('id = "lead-2"', 'id = "deputies"', "leads[2].id"),
        ('id = "lead-2"', 'id = "independent"', "leads[2].id"),
        ('id = "lead-2"', 'id = "Lead 2"', "leads[2].id"),
        ("U0LEAD2", "@lead", "leads[2].slack"),
        ("C0LEADS", "#leads", "leads_channel"),
        ("https://example.org/information", "http://example.org/information", "policy_url"),
        ("https://example.org/safeguarding", "https://example .org", "safeguarding_policy_url"),
        ("https://example.org/safeguarding", "https://me@example.org", "safeguarding_policy_url"),
        ("https://example.org/safeguarding", "https://example.org/<policy|>", "safeguarding_policy_url"),
        ("lead.two@example.org", "lead.two", "leads[2].email"),
        ('monday = "08:30-17:00"', 'monday = "17:00-08:30"', "hours.monday"),
        ('monday = "08:30-17:00"', 'monday = "8.30 to 5"', "hours.monday"),
        ('monday = "08:30-17:00"', 'monday = "08:30-25:00"', "hours.monday"),
        ('"england-and-wales"', '"narnia"', "hours.nation"),
        ('page_detail = "checklist"', 'page_detail = "all"', "page_detail"),
        ('wait = "5 min"', 'wait = "0 min"', "ladder.P0[1].wait"),
        ('who = ["leads"]', "who = []", "ladder.P0[1].who"),
        ("morning = 09:00:00", 'morning = "nine"', "targets.morning"),
        ("years_from_birth = 25", "years_from_birth = 0", "retention.years_from_birth"),
        ('requests = "731 days"', 'requests = "365 days"', "retention.requests is too small"),
        ("statutory_duty = true", 'statutory_duty = "perhaps"', "statutory_duty"),
        ('name = "Lead two"', 'name = ""', "leads[2].name"),
        ("closed = []", 'closed = ["Christmas"]', "hours.closed[1]"),
        (BREAKS, _breaks("2027-01-03", "2026-12-21"), "hours.breaks[2]: the last day, 2026-12-21, is before the first"),
        (BREAKS, _breaks("2026-12-21", "2037-01-03"), "hours.breaks[2]: 2026-12-21 to 2037-01-03 is longer than 92"),
        (BREAKS, _breaks("2026-12-21", '"New Year"'), "hours.breaks[2].last must be a date"),
        (BREAKS, "breaks = [{ first = 2026-12-21 }]", "hours.breaks[1].last is missing."),
        (BREAKS, "breaks = [2026-12-21]", "hours.breaks[1] must be a table"),
        ('["U0ADMIN"]', '"U0ADMIN"', "administrators"),
        ('nspcc = "0808 800 5000"', "nspcc = 800", "phones.nspcc"),
    ],
)
def test_each_mistake_is_placed(file: Path, old: str, new: str, problem: str) -> None:
    """The place is written as in the file and counted from 1, in no programmer's words."""
    found = _problems(file, _changed(old, new))
    assert not any("Input" in each for each in found), found
    assert any(each.startswith(problem) for each in found), found


@pytest.mark.parametrize(
    ("old", "new", "meant"),
    [
        ("time_zone =", "timezone =", "time_zone"),
        ("out_of_hours = ", "out_of_hour = ", "out_of_hours"),
        ("second_channel", "second_chanel", "second_channel"),
        ('who = ["leads"]', 'who = ["lead"]', "leads"),
        ('who = ["leads"]', 'who = ["deputy1"]', "deputy-1"),
        ("[targets]", "[target]", "targets"),
        ("no_risk", "norisk", "no_risk"),
        (BREAKS, BREAKS.removeprefix("# ").replace("last", "lst = 1, last"), "last"),
    ],
)
def test_a_word_that_is_not_known_names_the_nearest(file: Path, old: str, new: str, meant: str) -> None:
    """A misspelt fact is never ignored."""
    (problem,) = _problems(file, _changed(old, new))
    assert problem.endswith(f"Did you mean {meant}?")


def test_without_an_independent_contact_it_does_not_start(file: Path) -> None:
    """A concern about the leads must have somewhere to go."""
    (problem,) = _problems(file, LEAST.split("[independent_contact]", maxsplit=1)[0])
    assert problem.startswith("independent_contact is missing.")


def test_without_a_lead_it_does_not_start(file: Path) -> None:
    """A page always has a recipient."""
    no_leads = LEAST.replace("[[leads]]", "[[deputies]]")
    assert _problems(file, no_leads)[0].startswith("leads is missing.")
    assert _problems(file, "leads = []\n" + no_leads)[0] == "leads: at least one is needed."


@pytest.mark.parametrize(
    "text", ["leads = 3", "leads = [3]", "independent_contact = 1", "[ladder]\nP0 = 1", "hours = 1"]
)
def test_facts_of_the_wrong_shape_are_problems_not_crashes(file: Path, text: str) -> None:
    """However wrong the file is, its writer gets sentences."""
    assert _problems(file, text)


def test_a_file_that_is_not_toml_says_where(file: Path) -> None:
    """The line is named."""
    (problem,) = _problems(file, "name = Example")
    assert "line 1" in problem


def test_a_missing_file_says_how_to_make_one(file: Path) -> None:
    """The first run ends with the next step."""
    with pytest.raises(OrganisationError, match=r"Copy organisation\.example\.toml"):
        load_organisation(file)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_organisation_is_read_as_notepad_saves_it(file: Path, encoding: str) -> None:
    """With a mark at the beginning that nobody sees, and the line ends of Windows."""
    file.write_bytes(LEAST.replace("Example", "Ex\u00e4mple").replace("\n", "\r\n").encode(encoding))
    assert load_organisation(file).name == "Ex\u00e4mple Trust"


def test_what_is_no_toml_names_the_line_and_how_lines_are_written(file: Path) -> None:
    """The library's own words would say "Invalid statement"; and its text is not repeated."""
    (problem,) = _problems(file, LEAST.replace('"Lead one"', "\u201cLead one\u201d"))
    assert problem.startswith(f"{file}, line 7: this cannot be understood. Text stands between straight quotes")
    assert "Lead one" not in problem
    file.write_bytes(b"name = 'caf\xe9'")
    with pytest.raises(OrganisationError, match="line 1: a letter there is not in UTF-8"):
        load_organisation(file)
