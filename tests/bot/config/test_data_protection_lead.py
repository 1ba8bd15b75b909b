"""The data protection lead in organisation.toml: a person, the id of a lead, or the line of text of an older file."""

from pathlib import Path

import pytest

from bot.config.organisation import OrganisationError, example_organisation_path, load_organisation
from bot.config.roster import roster_of

EXAMPLE = example_organisation_path().read_text(encoding="utf-8")
TABLE = EXAMPLE[EXAMPLE.index("[data_protection_lead]") : EXAMPLE.index("# Working hours")]


def _file(folder: Path, line: str) -> Path:
    path = folder / "organisation.toml"
    path.write_text(f"{line}\n{EXAMPLE.replace(TABLE, '')}", encoding="utf-8")
    return path


def test_a_person_is_asked_and_is_no_safeguarding_lead() -> None:
    """On the roster beside the ladder."""
    organisation = load_organisation(example_organisation_path())
    roster = roster_of(organisation)
    assert roster.data_protection == ("data-protection", "U0DATA")
    assert "data-protection" not in roster.everyone
    assert roster.person_at("U0DATA") is None


def test_the_id_of_a_lead_names_that_lead(tmp_path: Path) -> None:
    """A small organisation has nobody else."""
    organisation = load_organisation(_file(tmp_path, 'data_protection_lead = "lead-2"'))
    assert roster_of(organisation).data_protection == ("lead-2", "U0LEAD2")
    assert not [gap for gap in organisation.gaps if gap.startswith("data_protection_lead")]


def test_the_line_of_text_of_an_older_file_is_read_and_said_to_ask_nobody(tmp_path: Path) -> None:
    """The bot starts as before."""
    organisation = load_organisation(_file(tmp_path, 'data_protection_lead = "The office, office@example.org"'))
    assert roster_of(organisation).data_protection is None
    (gap,) = (gap for gap in organisation.gaps if gap.startswith("data_protection_lead"))
    assert "it is a line of text, so nobody but the leads is asked about a breach" in gap


def test_a_person_who_is_named_twice_is_refused(tmp_path: Path) -> None:
    """With both places."""
    path = tmp_path / "organisation.toml"
    path.write_text(EXAMPLE.replace('slack = "U0DATA"', 'slack = "U0LEAD1"'), encoding="utf-8")
    with pytest.raises(OrganisationError, match=r"data_protection_lead.slack: .*already used by leads\[1\]"):
        load_organisation(path)
