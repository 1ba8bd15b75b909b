"""share-check init: what it asks, what it writes, what it never writes over, and how one thing is changed later."""

from __future__ import annotations

import difflib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from slack_sdk import WebClient

from bot.cli.init import files as init_files
from bot.cli.init import members, toml_edit
from bot.cli.main import main
from bot.config.organisation import Organisation, example_organisation_path, load_organisation
from bot.config.settings import Settings, load_settings, setting_names
from sandbox import Workspace
from tests.harness import MANIFEST

ONE = "Lead one; U0LEAD1; 020 7946 0101; lead.one@example.org"
TWO = "Lead two; U0LEAD2; 020 7946 0102; lead.two@example.org"
THREE = "Lead three; U0LEAD3; 020 7946 0105; lead.three@example.org"
DEPUTY = "Deputy one; U0DEPUTY; 020 7946 0103; deputy.one@example.org"
INDEPENDENT = "Independent contact; U0INDEP; 020 7946 0104; independent@example.org"
SUCCESSOR = "Another contact; U0NEXT; 020 7946 0106; another@example.org"
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-hush-bot", "SLACK_APP_TOKEN": "xapp-hush-app"}
NEEDED = ("--name", "Ours", "--leads-channel", "C0LEADS", "--lead", ONE, "--independent", INDEPENDENT)
OURS_ALONE = 0o600


class Folder:
    """Where init runs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.facts, self.env = path / "organisation.toml", path / ".env"

    def init(self, *words: str, typed: str = "", **given: str) -> tuple[int, str]:
        """How it ended and what it said, in this process, without a secret."""
        nothing: dict[str, str | None] = dict.fromkeys([*setting_names(), *self._init_names()])
        nothing["SLACK_API_URL"] = "http://127.0.0.1:9/api/"  # Nobody answers there.
        result = CliRunner().invoke(main, ["init", *words], env={**nothing, **given}, input=typed)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        assert "hush" not in result.output
        return result.exit_code, result.output

    def quietly(self, *words: str, **given: str) -> tuple[int, str]:
        return self.init("--no-questions", *words, **given)

    def set_up(self, *words: str, **given: str) -> None:
        code, said = self.quietly(*NEEDED, *words, **{**TOKENS, **given})
        assert code == 0, said

    @property
    def organisation(self) -> Organisation:
        return load_organisation(self.facts)

    @property
    def settings(self) -> Settings:
        return load_settings(self.env)

    def files(self) -> dict[str, bytes]:
        return {each.name: each.read_bytes() for each in self.path.iterdir()}

    def _init_names(self) -> Iterator[str]:
        return (name for name in os.environ if name.startswith("SHARE_CHECK_INIT_"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)


def _changed(before: str, after: str) -> list[str]:
    """Lines that went and came, without blank ones."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if re.match(r"[-+](?![-+]{2})", line) and line[1:].strip()]


# Making them


def test_what_is_given_is_what_the_bot_starts_with(folder: Folder) -> None:
    """Both files are good, and what was not said is a gap, not a guess."""
    folder.set_up(
        *("--lead", TWO, "--deputy", DEPUTY, "--administrators", "U0ADMIN, U0OTHER", "--social-care", "020 7946 0110"),
        *("--hours", "monday-thursday 08:00-16:30, friday 08:00-13:00", "--statutory-duty", "no"),
        *("--retention-owner", "The office", "--nation", "scotland", "--time-zone", "Europe/London"),
        *(
            "--staff-help",
            "Phone 020 7946 0100.",
            "--data-protection-lead",
            "Office; U0DATA; 020 7946 0105; office@example.org",
        ),
        SHARE_CHECK_SMTP_URL="smtp://127.0.0.1",
        SHARE_CHECK_MAIL_FROM="share-check@example.org",
    )
    ours = folder.organisation
    assert [person.id for person in ours.everyone] == ["lead-1", "lead-2", "deputy-1", "independent"]
    assert ours.administrators == ("U0ADMIN", "U0OTHER")
    assert ours.data_protection is not None
    assert (ours.data_protection.id, ours.data_protection.slack) == ("data-protection", "U0DATA")
    assert [bool(day) for day in ours.hours.week] == [True] * 5 + [False] * 2
    assert ours.hours.nation == "scotland"
    assert (ours.statutory_duty, ours.retention.owner) == (False, "The office")
    assert {gap.split()[0] for gap in ours.gaps} == {
        *("phones.out_of_hours", "phones.adult_social_care", "phones.adult_out_of_hours", "phones.lado", "schools:"),
        *("policy_url:", "safeguarding_policy_url:"),
    }
    assert ours.checked
    settings = folder.settings
    assert settings.bot_token.get_secret_value() == TOKENS["SLACK_BOT_TOKEN"]
    assert settings.mail_from == "share-check@example.org"
    assert settings.seal_key
    assert len(settings.keys) == 1


def test_each_installation_has_keys_of_its_own(folder: Folder) -> None:
    """Made anew, and never shown; only the public one is."""
    folder.set_up()
    first = folder.settings
    folder.env.unlink()
    folder.facts.unlink()
    code, said = folder.quietly(*NEEDED, **TOKENS)
    second = folder.settings
    assert code == 0
    assert first.keys != second.keys
    assert first.seal_key
    assert second.seal_key
    assert first.seal_key != second.seal_key
    for secret in (second.keys[0], second.seal_key):
        assert secret.get_secret_value() not in said
    assert re.search(r"share-check\+[0-9a-f]{8}\+\S+", said)


@pytest.mark.parametrize("habit", [0, 0o077])
def test_only_the_secrets_are_for_our_account_alone(folder: Folder, habit: int) -> None:
    """Whatever the account's own habit is: the bot may run as another account, and must read the facts."""
    before = os.umask(habit)
    try:
        folder.set_up()
        folder.quietly("--change", "name", "--name", "Others")
        folder.quietly("--change", "tokens", **TOKENS)
    finally:
        os.umask(before)
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.path.iterdir()}
    assert modes == {".env": OURS_ALONE, "organisation.toml": 0o644}


def test_whoever_may_read_a_file_still_may_after_a_change(folder: Folder) -> None:
    """The page lets the bot's account read .env: a new token must not lock it out."""
    folder.set_up()
    folder.env.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(folder.env, 0, 4242)
    owners = (folder.env.stat().st_uid, folder.env.stat().st_gid)
    assert folder.quietly("--change", "tokens", **TOKENS)[0] == 0
    there = folder.env.stat()
    assert (stat.S_IMODE(there.st_mode), there.st_uid, there.st_gid) == (0o640, *owners)


@pytest.mark.parametrize("name", ["organisation.toml", ".env"])
@pytest.mark.parametrize("kind", ["file", "link to nowhere"])
def test_nothing_is_written_over(folder: Folder, name: str, kind: str) -> None:
    """Neither of the two is touched where one is there; how to change one thing is said."""
    if kind == "file":
        (folder.path / name).write_text("ours\n", encoding="utf-8")
    else:
        (folder.path / name).symlink_to(folder.path / "elsewhere")
    code, said = folder.quietly(*NEEDED, **TOKENS)
    assert code == 2
    assert f"{name} is there already" in said
    assert "share-check init --change" in said
    assert [each.name for each in folder.path.iterdir()] == [name]


def test_a_file_that_comes_to_be_meanwhile_is_not_written_over(folder: Folder) -> None:
    """Both or none."""
    folder.env.write_text("ours\n", encoding="utf-8")
    with pytest.raises(init_files.AlreadyThere):
        init_files.create({folder.facts: "new\n", folder.env: "new\n"}, secret=folder.env)
    assert folder.files() == {".env": b"ours\n"}
    real = Path.exists
    try:
        Path.exists = lambda _self, **_given: False  # type: ignore[method-assign] # as if it came just after the look
        with pytest.raises(init_files.AlreadyThere):
            init_files.create({folder.facts: "new\n", folder.env: "new\n"}, secret=folder.env)
    finally:
        Path.exists = real  # type: ignore[method-assign] # put back as it was
    assert folder.files() == {".env": b"ours\n"}


def test_all_that_is_missing_or_wrong_is_said_at_once(folder: Folder) -> None:
    """With the option it belongs to, and nothing is written."""
    code, said = folder.quietly("--lead", "Lead one; one@example.org", "--hours", "nine to five", "--social-care", "x")
    assert code == 2
    for option in ("--bot-token", "--app-token", "--leads-channel", "--name", "--independent", "--lead", "--hours"):
        assert f"- {option}: " in said
    assert '"x" is not a phone number' in said
    assert folder.files() == {}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--lead", ONE), 'leads[2].slack: "U0LEAD1" is already used by leads[1]'),
        (("--deputy", INDEPENDENT), "is already used by deputies[1]"),
        (("--deputy", "D; U0D; 020 7946 0104; d@example.org"), "also reaches deputies[1]"),
        (("--administrators", "admin@example.org"), "is not a Slack member ID"),
        (("--nation", "wales"), "--nation: It is one of these"),
        (("--time-zone", "GMT+1 or so"), "is not a time zone"),
        (("--statutory-duty", "perhaps"), "Write yes or no"),
        (("--name", "n" * 301), "too long"),
        (("--name", "a\tb"), "cannot be printed"),
        (("--hours", "mon-fri 09:00-17:00"), "Write it like: monday-friday 08:30-17:00"),
        (("--hours", "friday-monday 09:00-17:00"), "names no day"),
        (("--smtp-url", "mail.example.org"), "--smtp-url: SHARE_CHECK_SMTP_URL must be"),
        (("--smtp-url", "smtp://127.0.0.1"), "--mail-from: is missing"),
        (("--smtp-url", "smtp://us:${HOME}@127.0.0.1"), "--smtp-url: SHARE_CHECK_SMTP_URL holds ${"),
        (("--mode", "http"), "--signing-secret: is missing"),
    ],
)
def test_an_answer_that_cannot_be_used_is_said_in_its_readers_words(
    folder: Folder, words: tuple[str, ...], said: str
) -> None:
    """Before anything is written."""
    code, found = folder.quietly(*NEEDED, *words, **TOKENS)
    assert (code, said in found) == (2, True), found
    assert folder.files() == {}


def test_every_answer_can_come_from_the_environment(folder: Folder) -> None:
    """For a script; several people are one on a line."""
    code, said = folder.quietly(
        **TOKENS,
        SHARE_CHECK_INIT_NAME="Ours",
        SHARE_CHECK_INIT_LEADS_CHANNEL="C0LEADS",
        SHARE_CHECK_INIT_LEADS=f"{ONE}\n{TWO}",
        SHARE_CHECK_INIT_DEPUTIES=DEPUTY,
        SHARE_CHECK_INIT_INDEPENDENT=INDEPENDENT,
        SHARE_CHECK_INIT_OUT_OF_HOURS="020 7946 0111",
        SHARE_CHECK_INIT_ADULT_SOCIAL_CARE="020 7946 0113",
        SHARE_CHECK_INIT_ADULT_OUT_OF_HOURS="020 7946 0114",
        SHARE_CHECK_INIT_LADO="020 7946 0112",
    )
    assert code == 0, said
    assert [person.name for person in folder.organisation.leads] == ["Lead one", "Lead two"]
    phones = folder.organisation.phones
    assert (phones.out_of_hours, phones.lado) == ("020 7946 0111", "020 7946 0112")
    assert (phones.adult_social_care, phones.adult_out_of_hours) == ("020 7946 0113", "020 7946 0114")


def test_the_numbers_of_adult_social_care_and_of_the_lado_are_asked_for_and_changed(folder: Folder) -> None:
    """Adults' numbers by day and by night; each gap goes as its number comes."""
    folder.set_up()
    code, said = folder.init("--change", "phones", typed="\n\n020 7946 0113\n020 7946 0114\n020 7946 0112\n")
    assert code == 0, said
    assert "adult social care" in said
    assert "LADO" in said
    phones = folder.organisation.phones
    assert (phones.adult_social_care, phones.adult_out_of_hours) == ("020 7946 0113", "020 7946 0114")
    assert phones.lado == "020 7946 0112"
    gaps = {gap.split()[0] for gap in folder.organisation.gaps}
    assert not gaps & {"phones.adult_social_care", "phones.adult_out_of_hours", "phones.lado"}
    assert folder.quietly("--change", "phones", "--lado", "-")[0] == 0
    assert folder.organisation.phones.lado is None


def test_over_http_it_asks_for_the_signing_secret(folder: Folder) -> None:
    """And for no app token."""
    code, said = folder.quietly(*NEEDED, "--mode", "http", SLACK_BOT_TOKEN="xoxb-hush", SLACK_SIGNING_SECRET="hush" * 8)
    assert code == 0, said
    assert (folder.settings.mode, folder.settings.app_token) == ("http", None)
    code, said = folder.quietly("--change", "tokens", SLACK_BOT_TOKEN="xoxb-hush2", SLACK_SIGNING_SECRET="hush" * 4)
    assert code == 0, said
    assert folder.settings.signing_secret
    assert folder.settings.signing_secret.get_secret_value() == "hush" * 4


@pytest.mark.parametrize(
    "name", ['The "Best" School', "Ysgol # 1 \\ {x}", "École d'été — ☂", "[leads]", "' ''' \"\"\""]
)
def test_whatever_it_is_called_is_what_is_read_again(folder: Folder, name: str) -> None:
    """Quotes, signs of the file's own language, and other alphabets."""
    code, said = folder.quietly(*NEEDED[2:], "--name", name, **TOKENS)
    assert code == 0, said
    assert folder.organisation.name == name


@pytest.mark.parametrize("password", ["p%40ss%23", "a$HOME", "a${HOME}b", "a'b", 'a"b', "a\\b", "a\\\\b\\", "a b"])
def test_whatever_the_password_is_is_what_is_read_again(folder: Folder, password: str) -> None:
    """.env has a language of its own, too."""
    url = f"smtp://us:{password}@127.0.0.1:25"
    text = init_files.secrets({**TOKENS, "SHARE_CHECK_SMTP_URL": url, "SHARE_CHECK_MAIL_FROM": "a@example.org"})
    folder.env.write_text(text, encoding="utf-8")
    found = folder.settings.smtp_url
    assert found
    assert found.get_secret_value() == url


def test_every_other_line_of_the_secrets_stays_as_it_is(folder: Folder) -> None:
    """Comments, values over several lines, an empty one, and a setting that stands there twice."""
    before = "# Ours\nSLACK_BOT_TOKEN=xoxb-1 # old\nMORE='one\ntwo=2'\n\nexport OTHER=x\nSHARE_CHECK_SMTP_URL=\nLAST=y"
    after = (
        before.replace("xoxb-1 # old", "xoxb-2").replace("SMTP_URL=", "SMTP_URL='a b'") + "\nSLACK_APP_TOKEN=xapp-1\n"
    )
    given = {"SLACK_BOT_TOKEN": "xoxb-2", "SHARE_CHECK_SMTP_URL": "a b", "SLACK_APP_TOKEN": "xapp-1", "NONE": ""}
    assert init_files.set_secrets(before, given) == after
    assert folder.files() == {}


@pytest.mark.parametrize("name", [".env", "organisation.toml"])
def test_what_is_interrupted_leaves_the_file_as_it_was(
    folder: Folder, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the one step that puts the new one in its place."""
    folder.set_up()
    before = folder.files()
    put = Path.replace

    def stop(draft: Path, target: Path) -> Path:
        if target.name == name:
            raise KeyboardInterrupt
        return put(draft, target)

    monkeypatch.setattr(Path, "replace", stop)
    ways = {".env": ("--change", "tokens"), "organisation.toml": ("--change", "name", "--name", "Others")}
    code, said = folder.quietly(*ways[name], **TOKENS)
    assert (code, "Aborted" in said or "stopped" in said) == (1, True)
    assert folder.files() == before


def test_whoever_stops_halfway_has_nothing_to_clean_up(folder: Folder) -> None:
    """Ctrl+C, or a terminal that is closed."""
    code, said = folder.init(typed="xoxb-hush\nxapp-hush\nC0LEADS\nOurs\n")
    assert code == 1
    assert "Nothing was written" in said
    assert folder.files() == {}


def test_a_folder_that_cannot_be_written_is_said(folder: Folder) -> None:
    """In words, with its name."""
    code, said = folder.quietly(*NEEDED, **TOKENS, SHARE_CHECK_ORGANISATION="nowhere/ours.toml")
    assert code == 2
    assert "nowhere" in said
    assert folder.files() == {}


# Changing one thing


@pytest.mark.parametrize(
    ("subject", "given", "lines"),
    [
        ("name", ("--name", "Others"), ['-name = "Social Sense"', '+name = "Others"']),
        (
            "channel",
            ("--leads-channel", "C0NEW"),
            [
                '-leads_channel = "C0LEADS"          # The private channel of the leads: invite the bot to it.',
                '+leads_channel = "C0NEW"          # The private channel of the leads: invite the bot to it.',
            ],
        ),
        (
            "phones",
            ("--social-care", "020 7946 0120", "--out-of-hours", "020 7946 0111"),
            ['-childrens_social_care = "020 7946 0110"', '+childrens_social_care = "020 7946 0120"'],
        ),
        (
            "administrators",
            ("--administrators", "U0A,U0B"),
            [
                '-administrators = ["U0ADMIN"]       # Whoever runs the bot. They cannot read checks.',
                '+administrators = ["U0A", "U0B"]       # Whoever runs the bot. They cannot read checks.',
            ],
        ),
        (
            "hours",
            ("--hours", "monday-thursday 08:30-17:00, saturday 10:00-12:00"),
            ['-friday = "08:30-17:00"', '+saturday = "10:00-12:00"'],
        ),
    ],
)
def test_one_thing_is_changed_and_every_other_line_stays(
    folder: Folder, subject: str, given: tuple[str, ...], lines: list[str]
) -> None:
    """In a file that somebody wrote by hand, with comments: the example."""
    before = example_organisation_path().read_text(encoding="utf-8")
    folder.facts.write_text(before, encoding="utf-8")
    code, said = folder.quietly("--change", subject, *given)
    assert code == 0, said
    assert sorted(_changed(before, folder.facts.read_text(encoding="utf-8"))) == sorted(lines)
    assert folder.organisation.leads


def test_a_lead_is_added_after_the_others(folder: Folder) -> None:
    """Beside the leads that are there, with the next id."""
    before = example_organisation_path().read_text(encoding="utf-8")
    folder.facts.write_text(before, encoding="utf-8")
    code, said = folder.quietly("--add", "lead", "--lead", THREE)
    assert (code, "lead-3 is added" in said) == (0, True)
    after = folder.facts.read_text(encoding="utf-8")
    assert [line[0] for line in _changed(before, after)] == ["+"] * 6
    assert after.index("lead-2") < after.index("lead-3") < after.index("# Deputies are asked")
    assert [person.id for person in folder.organisation.leads] == ["lead-1", "lead-2", "lead-3"]


def test_an_id_is_never_given_to_somebody_else(folder: Folder) -> None:
    """Old records mean whoever had it: the next lead does not inherit what the last one saw or was left out of."""
    folder.set_up("--lead", TWO, "--lead", THREE)
    assert folder.quietly("--change", "leads", "--lead", ONE, "--lead", TWO)[0] == 0
    assert "# lead-3 was removed on" in folder.facts.read_text(encoding="utf-8")
    assert folder.quietly("--add", "lead", "--lead", SUCCESSOR)[0] == 0
    assert {person.id: person.slack for person in folder.organisation.leads} == {
        "lead-1": "U0LEAD1",
        "lead-2": "U0LEAD2",
        "lead-4": "U0NEXT",
    }


def test_a_new_independent_contact_has_an_id_of_their_own(folder: Folder) -> None:
    """And one whose number changes keeps it."""
    folder.set_up()
    again = INDEPENDENT.replace("0104", "0107")
    assert folder.quietly("--change", "independent", "--independent", again)[0] == 0
    assert (folder.organisation.independent.id, folder.organisation.independent.phone) == (
        "independent",
        "020 7946 0107",
    )
    assert folder.quietly("--change", "independent", "--independent", SUCCESSOR)[0] == 0
    assert folder.organisation.independent.id == "independent-2"
    assert "# independent was removed on" in folder.facts.read_text(encoding="utf-8")


def test_at_a_terminal_each_lead_is_kept_changed_or_removed(folder: Folder) -> None:
    """One after the other, and then whether there is another."""
    folder.set_up("--lead", TWO, "--lead", THREE)
    new = "Lead four\nU0LEAD4\n020 7946 0108\nlead.four@example.org\n"
    typed = f"\nchange\n\n\n020 7946 0199\n\nremove\ny\n{new}\n"
    code, said = folder.init("--change", "leads", typed=typed)
    assert code == 0, said
    found = {person.id: person.phone for person in folder.organisation.leads}
    assert found == {"lead-1": "020 7946 0101", "lead-2": "020 7946 0199", "lead-4": "020 7946 0108"}


def test_all_leads_can_be_replaced_and_all_deputies_removed(folder: Folder) -> None:
    """In their place in the file; and nobody is removed because an option was forgotten."""
    folder.set_up("--deputy", DEPUTY)
    assert folder.quietly("--change", "leads", "--lead", THREE)[0] == 0
    assert [person.id for person in folder.organisation.leads] == ["lead-2"]
    text = folder.facts.read_text(encoding="utf-8")
    assert text.index("lead-2") < text.index("# Deputies are asked")
    code, said = folder.quietly("--change", "deputies")
    assert (code, "--deputy: is missing" in said) == (2, True)
    assert folder.init("--change", "deputies", typed="remove\n\n")[0] == 0
    assert folder.organisation.deputies == ()


def test_enter_keeps_a_number_and_a_dash_takes_it_away(folder: Folder) -> None:
    """An emergency number is not lost because somebody pressed Enter, or gave one of two options."""
    folder.set_up("--social-care", "020 7946 0110", "--out-of-hours", "020 7946 0111")
    assert folder.init("--change", "phones", typed="\n020 7946 0119\n\n\n\n")[0] == 0
    assert folder.quietly("--change", "phones", "--social-care", "020 7946 0118")[0] == 0
    phones = folder.organisation.phones
    assert (phones.childrens_social_care, phones.out_of_hours) == ("020 7946 0118", "020 7946 0119")
    code, said = folder.quietly("--change", "phones")
    assert (code, "Give --social-care or --out-of-hours or --adult-social-care" in said) == (2, True)
    assert folder.init("--change", "phones", typed="-\n\n\n\n\n")[0] == 0
    assert folder.organisation.phones.childrens_social_care is None
    assert folder.quietly("--change", "phones", "--out-of-hours", "-")[0] == 0
    assert folder.organisation.phones.out_of_hours is None


def test_hours_are_offered_as_they_are(folder: Folder) -> None:
    """Enter changes nothing."""
    folder.set_up("--hours", "monday-thursday 08:00-16:30, friday 08:00-13:00")
    before = folder.files()
    code, said = folder.init("--change", "hours", typed="\n")
    assert code == 0
    assert "thursday 08:00-16:30, friday 08:00-13:00" in said
    assert folder.files() == before


def test_one_thing_at_a_time(folder: Folder) -> None:
    """Rather than do the one and forget the other."""
    folder.set_up()
    before = folder.files()
    assert folder.quietly("--add", "lead", "--lead", TWO, "--change", "leads")[0] == 2
    assert folder.files() == before


def test_somebody_who_stands_on_the_ladder_by_id_is_not_removed_behind_its_back(folder: Folder) -> None:
    """The step would ask nobody; the place is named, and nothing changes."""
    folder.set_up("--lead", TWO)
    ladder = '\n[[ladder.P0]]\nwait = "5 min"\nwho = ["lead-2"]\n'
    folder.facts.write_text(folder.facts.read_text(encoding="utf-8") + ladder, encoding="utf-8")
    before = folder.files()
    code, said = folder.quietly("--change", "leads", "--lead", ONE)
    assert code == 2
    assert 'ladder.P0[1].who: "lead-2" is nobody' in said
    assert folder.files() == before


@pytest.mark.parametrize(
    ("words", "text", "after"),
    [
        (
            ("--change", "leads", "--lead", ONE.replace("0101", "0109")),
            "leads = [{ PERSON }]\n",
            "leads = [{ PERSON }]\n",
        ),
        (("--change", "name", "--name", "Others"), "'name' = 'Ours'\n", "'name' = \"Others\"\n"),
        (
            ("--change", "administrators", "--administrators", "U0B,U0A"),
            'administrators = [\n  "U0B", # who\n]\n',
            'administrators = [\n  "U0B", # who\n  "U0A",\n]\n',
        ),
    ],
)
def test_what_is_written_in_another_way_is_changed_in_that_way(
    folder: Folder, words: tuple[str, ...], text: str, after: str
) -> None:
    """In brackets, in quotes, over several lines: and all else stays."""
    folder.set_up()
    lead = folder.organisation.leads[0].model_dump()
    inline = ", ".join(f"{key} = {toml_edit.written(value)}" for key, value in lead.items())
    made = folder.facts.read_text(encoding="utf-8")
    if "PERSON" in text:
        made = re.sub(r"\[\[leads\]\]\n(.+\n)+", "", made)
    made = made.replace('name = "Ours"\n', "") if "'name'" in text else made
    folder.facts.write_text(text.replace("PERSON", inline) + made, encoding="utf-8")
    assert folder.organisation.leads
    code, said = folder.quietly(*words)
    assert code == 0, said
    after = after.replace("PERSON", inline.replace("0101", "0109"))
    assert folder.facts.read_text(encoding="utf-8") == after + made


def test_what_the_library_would_get_wrong_is_left_to_its_author(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rather than guess, nothing is changed."""
    folder.set_up()
    before = folder.files()
    monkeypatch.setattr("tomlkit.dumps", lambda document: document.as_string().replace("lead-1", "lead-2"))
    code, said = folder.quietly("--change", "name", "--name", "Others")
    assert (code, "Change it by hand" in said) == (2, True)
    assert folder.files() == before


def test_new_tokens_leave_the_keys_and_all_else_in_place(folder: Folder) -> None:
    """A token that leaked is replaced; a key that is lost is lost for good."""
    folder.set_up()
    before = folder.env.read_text(encoding="utf-8")
    code, said = folder.init("--change", "tokens", typed="xapp-hush\nxoxb-hush-new\nxapp-hush-new\n")
    assert code == 0, said
    assert "that is the app token" in said
    after = folder.env.read_text(encoding="utf-8")
    assert _changed(before, after) == [
        "-SLACK_BOT_TOKEN=xoxb-hush-bot",
        "-SLACK_APP_TOKEN=xapp-hush-app",
        "+SLACK_BOT_TOKEN=xoxb-hush-new",
        "+SLACK_APP_TOKEN=xapp-hush-new",
    ]


def test_a_mail_server_is_added_and_taken_away(folder: Folder) -> None:
    """With the address mails come from; without one there is nothing left of it."""
    folder.set_up()
    code, said = folder.init("--change", "mail", typed="smtp://us:hush@127.0.0.1:25\n\nshare-check@example.org\n\n")
    assert code == 0, said
    assert folder.settings.mail_from == "share-check@example.org"
    assert folder.quietly("--change", "mail", "--alarm-email", "it@example.org")[0] == 0
    assert (folder.settings.alarm_email, bool(folder.settings.smtp_url)) == ("it@example.org", True)
    assert folder.init("--change", "mail", typed="\n\n\n")[0] == 0
    assert folder.settings.mail_from == "share-check@example.org"
    assert folder.init("--change", "mail", typed="-\n")[0] == 0
    assert folder.settings.smtp_url is None
    assert folder.settings.mail_from is None


@pytest.mark.parametrize("words", [("--change", "leads"), ("--change", "tokens"), ("--add", "deputy")])
def test_where_nothing_was_set_up_there_is_nothing_to_change(folder: Folder, words: tuple[str, ...]) -> None:
    """The terminal is in another folder."""
    code, said = folder.quietly(*words)
    assert code == 2
    assert "here. Go to the folder of share-check, or run share-check init" in said


def test_a_file_that_is_wrong_is_put_right_first(folder: Folder) -> None:
    """All that is wrong with it is said, and it stays as it is."""
    folder.set_up()
    folder.facts.write_text(folder.facts.read_text(encoding="utf-8") + "\n[colours]\n", encoding="utf-8")
    code, said = folder.quietly("--change", "name", "--name", "Others")
    assert code == 2
    assert "colours is not known here" in said


def test_setting_it_up_by_hand_still_works(folder: Folder) -> None:
    """Both examples copied, three secrets filled in."""
    folder.facts.write_bytes(example_organisation_path().read_bytes())
    example = (example_organisation_path().parent / ".env.example").read_text(encoding="utf-8")
    key = CliRunner().invoke(main, ["keys", "new"]).output.strip()
    folder.env.write_text(init_files.set_secrets(example, {**TOKENS, "SHARE_CHECK_KEYS": key}), encoding="utf-8")
    assert folder.settings.keys[0].get_secret_value() == key
    assert folder.organisation.name == "Social Sense"


def test_the_channels_people_are_picked_by_name_or_number(folder: Folder) -> None:
    """Nobody has to look up IDs that Slack knows; everything can be typed all the same."""
    with Workspace(manifest=MANIFEST) as workspace:
        tokens = {"SLACK_BOT_TOKEN": workspace.bot_token, "SLACK_APP_TOKEN": workspace.app_token}
        people = members.of_channel(WebClient(workspace.bot_token, base_url=workspace.api_url), "C0LEADS")
        assert {"U0LEAD1", "U0LEAD2"} <= set(people)
        number = list(people).index("U0LEAD2") + 1
        one = f"{people['U0LEAD1']}\n\n020 7946 0101\nlead.one@example.org\ny\n"
        two = f"Another\n{number}\n020 7946 0102\nlead.two@example.org\nn\n"
        three = "Contact\nU0INDEP\n020 7946 0104\nindependent@example.org\n"
        typed = f"C0LEADS\nOurs\n\n\n\n{one}{two}n\n{three}" + "\n" * 20
        code, said = folder.init(typed=typed, SLACK_API_URL=workspace.api_url, **tokens)
    assert code == 0, said
    assert "In the channel are: " in said
    assert [lead.slack for lead in folder.organisation.leads] == ["U0LEAD1", "U0LEAD2"]


def test_where_slack_does_not_show_the_people_they_are_typed(folder: Folder) -> None:
    """Before share-check is in the channel, or without a network."""
    lead = "Lead one\nU0LEAD1\n020 7946 0101\nlead.one@example.org\nn\n"
    contact = "Contact\nU0INDEP\n020 7946 0104\nindependent@example.org\n"
    typed = f"C0LEADS\nOurs\n\n\n\n{lead}n\n{contact}" + "\n" * 20
    code, said = folder.init(typed=typed, **TOKENS)
    assert code == 0, said
    assert "The channel's people cannot be listed" in said
    assert [each.slack for each in folder.organisation.leads] == ["U0LEAD1"]
