"""Settings: every problem at once, each with its fix, and never a secret in sight."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.settings import Settings, SettingsError, load_settings, setting_names

KEY = "c2hhcmUtY2hlY2stdGVzdHMtb25seS0tLS0tLS0tLS0="
GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-secret-of-the-bot",
    "SLACK_APP_TOKEN": "xapp-secret-of-the-app",
    "SHARE_CHECK_KEYS": KEY,
}


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)


def _load(**changes: str) -> Settings:
    return load_settings(None, **{**GOOD, **changes})


def _problems(**changes: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        _load(**changes)
    return caught.value.problems


def test_three_secrets_are_enough() -> None:
    """Whoever sets it up fills in two tokens and a key; the rest has a default."""
    settings = _load()
    assert settings.bot_token.get_secret_value() == "xoxb-secret-of-the-bot"
    assert settings.database_url.get_secret_value() == "sqlite:///share-check.db"
    assert (settings.mode, settings.workers, settings.log_level) == ("socket", 64, "INFO")
    assert settings.organisation == Path("organisation.toml")


def test_nothing_set_lists_everything_that_is_needed() -> None:
    """One run tells the whole list, not the first line of it."""
    with pytest.raises(SettingsError) as caught:
        load_settings(None)
    names = {problem.split()[0] for problem in caught.value.problems}
    assert names == {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SHARE_CHECK_KEYS"}
    assert "OAuth & Permissions" in str(caught.value)


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container passes its settings in the environment."""
    monkeypatch.setenv("SHARE_CHECK_HTTP_PORT", "8080")
    assert _load().http_port == 8080


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One run can differ without editing .env."""
    file = tmp_path / ".env"
    lines = {**GOOD, "SHARE_CHECK_WORKERS": "8", "SHARE_CHECK_HTTP_PORT": "8080"}
    file.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    monkeypatch.setenv("SHARE_CHECK_WORKERS", "16")
    settings = load_settings(file)
    assert (settings.workers, settings.http_port) == (16, 8080)


def test_an_empty_line_means_the_default(tmp_path: Path) -> None:
    """A copied .env.example may keep the lines that nobody filled in."""
    file = tmp_path / ".env"
    file.write_text("SHARE_CHECK_CLOCK_FILE=\nSLACK_SIGNING_SECRET=\n")
    assert load_settings(file, **GOOD).clock_file is None


def test_a_misspelt_name_in_the_file_is_reported(tmp_path: Path) -> None:
    """A setting that nothing reads would leave the default in place unnoticed."""
    file = tmp_path / ".env"
    file.write_text("SHARE_CHECK_ORGANIZATION=ours.toml\nUNRELATED=1\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(file, **GOOD)
    (problem,) = caught.value.problems
    assert "SHARE_CHECK_ORGANIZATION" in problem
    assert problem.endswith("Did you mean SHARE_CHECK_ORGANISATION?")


def test_swapped_tokens_are_recognised() -> None:
    """The commonest mistake is named, and both halves of it."""
    bot, app = _problems(SLACK_BOT_TOKEN="xapp-1-hush", SLACK_APP_TOKEN="xoxb-1-hush")
    assert bot.startswith("SLACK_BOT_TOKEN starts with xapp-: that is the app token")
    assert app.startswith("SLACK_APP_TOKEN starts with xoxb-: that is the bot token")
    assert "hush" not in bot + app


def test_a_token_of_a_person_is_refused() -> None:
    """share-check acts as itself, never as somebody."""
    (problem,) = _problems(SLACK_BOT_TOKEN="xoxp-1-hush")
    assert "a person's own token" in problem


def test_http_mode_needs_the_signing_secret_and_no_app_token() -> None:
    """Each mode asks only for what it uses."""
    (problem,) = _problems(SHARE_CHECK_MODE="http", SLACK_APP_TOKEN="")
    assert problem.startswith("SLACK_SIGNING_SECRET is not set.")
    assert _load(SHARE_CHECK_MODE="http", SLACK_SIGNING_SECRET="0" * 32, SLACK_APP_TOKEN="").mode


@pytest.mark.parametrize("level", ["DEBUG", "debug"])
def test_debug_logging_is_refused_with_the_reason(level: str) -> None:
    """What people type is never printed."""
    (problem,) = _problems(SHARE_CHECK_LOG_LEVEL=level)
    assert "would print what people type" in problem


def test_keys_are_split_and_the_first_stays_first() -> None:
    """The order of the keys decides which one seals."""
    other = Fernet.generate_key().decode()
    keys = _load(SHARE_CHECK_KEYS=f"{other}, {KEY}").keys
    assert [key.get_secret_value() for key in keys] == [other, KEY]


@pytest.mark.parametrize("keys", [f"{KEY},hush", "hush", f"{KEY},", "ééé"])
def test_a_bad_key_is_counted_not_shown(keys: str) -> None:
    """The person can find the bad key without anyone reading it over their shoulder."""
    (problem,) = _problems(SHARE_CHECK_KEYS=keys)
    assert problem.startswith("SHARE_CHECK_KEYS: number ")
    assert "share-check keys new" in problem
    assert "hush" not in problem
    assert KEY not in problem


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("postgres://host/db", "postgresql+psycopg://host/db"),
        ("postgresql://host/db", "postgresql+psycopg://host/db"),
        ("postgresql+psycopg://host/db", "postgresql+psycopg://host/db"),
        ("sqlite:////var/share-check.db", "sqlite:////var/share-check.db"),
    ],
)
def test_database_addresses_as_people_write_them(given: str, understood: str) -> None:
    """A hosting provider's address works as it is."""
    assert _load(SHARE_CHECK_DATABASE_URL=given).database_url.get_secret_value() == understood


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://h/d", "share.db"])
def test_a_database_that_cannot_keep_checks_is_refused(url: str) -> None:
    """Nothing that anyone saved is lost at a restart."""
    (problem,) = _problems(SHARE_CHECK_DATABASE_URL=url)
    assert problem.startswith("SHARE_CHECK_DATABASE_URL")


def test_slack_is_spoken_to_only_in_private() -> None:
    """A token never crosses a network in the clear."""
    (problem,) = _problems(SLACK_API_URL="http://slack.example.org/api/")
    assert "https://" in problem
    assert _load(SLACK_API_URL="http://127.0.0.1:9/api").slack_api_url.endswith("/api/")


def test_a_rehearsal_clock_is_refused_on_the_real_slack(tmp_path: Path) -> None:
    """Nobody can move the time of a real page."""
    file = str(tmp_path / "clock")
    (problem,) = _problems(SHARE_CHECK_CLOCK_FILE=file)
    assert "only in a rehearsal" in problem
    rehearsal = _load(SHARE_CHECK_CLOCK_FILE=file, SLACK_API_URL="http://localhost:9/api/")
    assert rehearsal.clock_file == Path(file)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHARE_CHECK_HTTP_PORT", "many"),
        ("SHARE_CHECK_HTTP_PORT", "0"),
        ("SHARE_CHECK_WORKERS", "-1"),
        ("SHARE_CHECK_MODE", "carrier pigeon"),
    ],
)
def test_a_value_that_cannot_be_read_says_what_it_must_be(name: str, value: str) -> None:
    """The fix is in the sentence."""
    (problem,) = _problems(**{name: value})
    assert problem.startswith(f"{name} must be ")


def test_no_secret_shows_when_settings_are_printed() -> None:
    """A log line or a failed test gives nothing away."""
    shown = repr(_load(SHARE_CHECK_DATABASE_URL="postgresql://us:hush@host/db"))
    assert not any(secret in shown for secret in (*GOOD.values(), "hush"))
