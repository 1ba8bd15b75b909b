"""Settings: every problem at once, each with its fix, and never a secret in sight."""

import json
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.config.load import load_all
from bot.config.organisation import example_organisation_path
from bot.config.settings import Settings, SettingsError, load_settings, secret_names, setting_names
from storage.proof.signed_note import SealKey

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

KEY = "c2hhcmUtY2hlY2stdGVzdHMtb25seS0tLS0tLS0tLS0="
GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-secret-of-the-bot",
    "SLACK_APP_TOKEN": "xapp-secret-of-the-app",
    "SHARE_CHECK_KEYS": KEY,
}
FROM = "share-check@example.org"
URL = "json://us:hush@127.0.0.1/a-path"
ALL_SECRETS = {
    **GOOD,
    "SLACK_SIGNING_SECRET": "a-signing-secret",
    "SHARE_CHECK_DATABASE_URL": "postgresql+psycopg://us:hush@127.0.0.1/db",
    "SHARE_CHECK_SEAL_KEY": SealKey.new().written,
    "SHARE_CHECK_SMTP_URL": "smtp://us:hush@127.0.0.1:2525",
    "SHARE_CHECK_NOTIFY": json.dumps({"lead-1": URL}),
    "SHARE_CHECK_HEARTBEAT_URL": "https://watch.example.org/a-path",
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


def _refused(values: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(None, **values)
    return list(caught.value.problems)


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
        ("postgres://localhost/db", "postgresql+psycopg://localhost/db"),
        ("postgresql://127.0.0.1/db", "postgresql+psycopg://127.0.0.1/db"),
        ("postgresql+psycopg:///db?host=/run/postgresql", "postgresql+psycopg:///db?host=/run/postgresql"),
        ("postgres://host/db?sslmode=verify-full", "postgresql+psycopg://host/db?sslmode=verify-full"),
        ("postgres://host/db?sslmode=disable", "postgresql+psycopg://host/db?sslmode=disable"),
        ("sqlite:////var/share-check.db", "sqlite:////var/share-check.db"),
    ],
)
def test_database_addresses_as_people_write_them(given: str, understood: str) -> None:
    """A hosting provider's address works as it is."""
    assert _load(SHARE_CHECK_DATABASE_URL=given).database_url.get_secret_value() == understood


@pytest.mark.parametrize("end", ["", "?sslmode=prefer", "?sslmode=allow", "?application_name=x"])
def test_a_database_on_another_machine_is_reached_encrypted_or_as_somebody_chose(end: str) -> None:
    """PostgreSQL's own library goes on in the clear where the server offers no TLS."""
    (problem,) = _problems(SHARE_CHECK_DATABASE_URL=f"postgresql://user:hush@db.example.org/db{end}")
    assert "?sslmode=verify-full" in problem
    assert "hush" not in problem


@pytest.mark.parametrize("name", secret_names())
def test_a_secret_can_stand_in_a_file_of_its_own(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Docker's and systemd's secrets do: named in the environment or in .env, never twice, never empty."""
    values = {**ALL_SECRETS, "SHARE_CHECK_MAIL_FROM": "bot@example.org"}
    own, env = tmp_path / "own", tmp_path / ".env"
    own.write_text(values.pop(name) + "\n", encoding="utf-8")
    whole = load_settings(None, **{**ALL_SECRETS, "SHARE_CHECK_MAIL_FROM": "bot@example.org"})
    env.write_text(f"{name}_FILE={own}\n", encoding="utf-8")
    assert load_settings(env, **values) == whole
    monkeypatch.setenv(f"{name}_FILE", str(own))
    assert load_settings(None, **values) == whole
    monkeypatch.setenv(name, ALL_SECRETS[name])
    assert _refused(values) == [f"{name} and {name}_FILE are both set. Remove one of them."]
    monkeypatch.delenv(name)
    own.write_text(" \n", encoding="utf-8")
    assert _refused(values) == [f"{name}_FILE names {own}, which is empty."]
    own.unlink()
    assert _refused(values) == [f"{name}_FILE names {own}, which cannot be read: No such file or directory."]


def test_a_wrong_secret_in_its_own_file_is_named_with_the_file(tmp_path: Path) -> None:
    own, env = tmp_path / "token", tmp_path / ".env"
    own.write_text("xapp-hush", encoding="utf-8")
    env.write_text(f"SLACK_BOT_TOKEN_FILE={own}\nSLACK_APP_TOKEN=xapp-1\nSHARE_CHECK_KEYS={KEY}\n", encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load_settings(env)
    (problem,) = refused.value.problems
    assert problem.startswith(f"{own}: SLACK_BOT_TOKEN starts with xapp-")
    assert "hush" not in problem


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


def test_the_key_that_signs_is_the_private_one() -> None:
    """Without one nothing is signed; with a slip in it, or with the public one, nothing starts; and it is not shown."""
    key = SealKey.new()
    assert _load().seal_key is None
    assert _load(SHARE_CHECK_SEAL_KEY=key.written).seal_key
    assert key.written not in repr(_load(SHARE_CHECK_SEAL_KEY=key.written))
    for bad in ("hush", str(key.public), key.written[:-1], key.written.replace("share-check", "hush"), KEY):
        (problem,) = _problems(SHARE_CHECK_SEAL_KEY=bad)
        assert problem.startswith("SHARE_CHECK_SEAL_KEY must be the private key that signs the record. Make one with")
        assert "hush" not in problem


def test_nobody_is_reached_outside_slack_unless_it_is_set_up() -> None:
    """No mail server, no notifications and no watch is a way to run it."""
    settings = _load()
    assert not any([settings.smtp_url, settings.mail_from, settings.alarm_email, settings.heartbeat_url])
    assert settings.notify == {}


@pytest.mark.parametrize(
    "url",
    [
        "smtp://127.0.0.1:25",
        "smtp://mail.example.org",
        "smtp://us:p%40ss%23%2F%3A@mail.example.org:587",
        "smtps://us%40example.org:hush@mail.example.org:465/",
    ],
)
def test_mail_servers_as_people_write_them(url: str) -> None:
    """A login is needed where the mail server wants one."""
    settings = _load(SHARE_CHECK_SMTP_URL=url, SHARE_CHECK_MAIL_FROM=FROM, SHARE_CHECK_ALARM_EMAIL=FROM)
    assert settings.smtp_url
    assert settings.smtp_url.get_secret_value() == url
    assert settings.mail_from == settings.alarm_email == FROM


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "https://us:hush@mail.example.org",
        "smtp://us:hush@:587",
        "smtp://us:hush@mail.example.org:many",
        "smtp://us:hush@mail.example.org:0",
        "smtp://us:hush#1@mail.example.org",
        "smtp://us:hush/1@mail.example.org",
        "smtp://us:hush?1@mail.example.org",
        "smtp://us:hushé@mail.example.org",
        "smtp://us:hush%C3%A9@mail.example.org",
        "smtp://hush@mail.example.org",
        "smtp://:hush@mail.example.org",
        "smtp://[hush",
    ],
)
def test_a_mail_server_that_would_be_misread_is_refused(url: str) -> None:
    """Also a password that would be cut off where its # stands; and a missing sender is said beside it."""
    server, sender = _problems(SHARE_CHECK_SMTP_URL=url)
    assert server.startswith("SHARE_CHECK_SMTP_URL must be smtp://user:password@host:587 or ")
    assert sender.startswith("SHARE_CHECK_MAIL_FROM is not set.")
    assert "hush" not in server + sender


def test_a_mail_server_needs_a_sender() -> None:
    """No mail leaves without somebody to have come from."""
    (problem,) = _problems(SHARE_CHECK_SMTP_URL="smtp://127.0.0.1")
    assert problem.startswith("SHARE_CHECK_MAIL_FROM is not set.")
    assert problem.endswith("SHARE_CHECK_SMTP_URL needs it.")


@pytest.mark.parametrize("name", ["SHARE_CHECK_MAIL_FROM", "SHARE_CHECK_ALARM_EMAIL"])
def test_an_address_that_no_mail_would_use_is_refused(name: str) -> None:
    """Whoever set it up expects mails."""
    (problem,) = _problems(**{name: FROM})
    assert problem == f"{name} is set, but no mail can be sent. Set SHARE_CHECK_SMTP_URL too, or remove {name}."


@pytest.mark.parametrize("name", ["SHARE_CHECK_MAIL_FROM", "SHARE_CHECK_ALARM_EMAIL"])
@pytest.mark.parametrize(
    "address",
    [
        "hush",
        "hush@host",
        "a@example.org, hush@example.org",
        "A <hush@example.org>",
        "hush@example.org\nBcc: b",
        "é@e.org",
    ],
)
def test_an_address_is_one_plain_address(name: str, address: str) -> None:
    """Not two, not a name beside it; and it is not shown, for it may be a password in the wrong place."""
    mail = {"SHARE_CHECK_SMTP_URL": "smtp://127.0.0.1", "SHARE_CHECK_MAIL_FROM": FROM}
    (problem,) = _problems(**{**mail, name: address})
    assert problem.startswith(f"{name} must be the email address ")
    assert "hush" not in problem


def test_one_address_to_notify_or_several() -> None:
    """A phone, or a phone and a text message."""
    notify = _load(SHARE_CHECK_NOTIFY=json.dumps({"lead-1": URL, "administrators": [URL, URL]})).notify
    assert {person: len(urls) for person, urls in notify.items()} == {"lead-1": 1, "administrators": 2}
    assert notify["lead-1"][0].get_secret_value() == URL


@pytest.mark.parametrize("quote", ["", "'"])
def test_whom_to_notify_can_stand_in_the_file(tmp_path: Path, quote: str) -> None:
    """With or without quotes around the line."""
    file = tmp_path / ".env"
    file.write_text(f"SHARE_CHECK_NOTIFY={quote}{json.dumps({'lead-1': URL})}{quote}\n")
    assert load_settings(file, **GOOD).notify["lead-1"][0].get_secret_value() == URL


@pytest.mark.parametrize(
    "written",
    [
        "hush",
        '["json://hush"]',
        '"json://hush"',
        "7",
        '{"lead-1": 7}',
        '{"lead-1": 7, "lead-2": null}',
        '{"lead-1": []}',
        '{"lead-1": {"url": "json://hush"}}',
        '{"json://hush": "lead-1"}',
        '{"lead-1": "json://hush", "lead-1": "json://other"}',
        '{"lead-1": "json://hush",}',
    ],
)
def test_what_is_not_a_list_of_people_and_addresses_is_refused(written: str) -> None:
    """Once, and without what stands in it: also an id that stands twice, of which only the last would count."""
    (problem,) = _problems(SHARE_CHECK_NOTIFY=written)
    assert problem.startswith("SHARE_CHECK_NOTIFY must be a JSON object. ")
    assert "hush" not in problem


@pytest.mark.parametrize("bad", ["", "hush", "carrier-pigeon://hush", "json://", "https://hush.example.org/"])
def test_an_address_that_would_fail_when_it_is_needed_is_counted_not_shown(bad: str) -> None:
    """It is found at the start, and every one of them."""
    (problem,) = _problems(SHARE_CHECK_NOTIFY=json.dumps({"lead-1": [URL, bad], "lead-2": URL, "lead-3": bad}))
    assert problem.startswith("SHARE_CHECK_NOTIFY: apprise cannot use address 2 of lead-1, the address of lead-3.")
    assert "hush" not in problem


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where somebody is to be notified, and with the words to type."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert _load().notify == {}
    (problem,) = _problems(SHARE_CHECK_NOTIFY=json.dumps({"lead-1": [URL, URL]}))
    assert 'pip install "./share_check-' in problem
    assert "[push]" in problem
    assert "hush" not in problem


@pytest.mark.parametrize(
    "url", ["http://example.org/hush", "example.org/hush", "https://", "ftp://e.org/hush", "https://[hush"]
)
def test_a_watch_is_spoken_to_only_in_private(url: str) -> None:
    """Whoever saw its address could say that all is well."""
    (problem,) = _problems(SHARE_CHECK_HEARTBEAT_URL=url)
    assert problem.startswith("SHARE_CHECK_HEARTBEAT_URL must be a web address that starts with https://")
    assert "hush" not in problem


@pytest.mark.parametrize("url", ["https://example.org/a-secret", "http://127.0.0.1:9/a-secret"])
def test_a_watch_has_an_address_of_its_own(url: str) -> None:
    """On the network, or on this machine."""
    heartbeat = _load(SHARE_CHECK_HEARTBEAT_URL=url).heartbeat_url
    assert heartbeat
    assert heartbeat.get_secret_value() == url


def test_whoever_is_to_be_notified_is_somebody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An id that nobody has is said together with every other problem, and the right one is offered."""
    monkeypatch.chdir(tmp_path)
    notify = {"lead-1": URL, "administrators": URL, "laed-2": URL, "zz": URL}
    lines = {**GOOD, "SHARE_CHECK_ORGANISATION": str(example_organisation_path())}
    lines |= {"SHARE_CHECK_NOTIFY": json.dumps(notify), "SHARE_CHECK_WORKERS": "many"}
    for name, value in lines.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_all()
    workers, near, far = caught.value.problems
    assert workers.startswith("SHARE_CHECK_WORKERS must be ")
    assert near == "SHARE_CHECK_NOTIFY: organisation.toml has nobody with the id laed-2. Did you mean lead-2?"
    assert far.endswith(
        "nobody with the id zz. Known are lead-1, lead-2, deputy-1, independent, data-protection, administrators."
    )
    monkeypatch.setenv("SHARE_CHECK_WORKERS", "")
    with pytest.raises(SettingsError, match="laed-2"):
        load_all()
    monkeypatch.setenv("SHARE_CHECK_NOTIFY", json.dumps({"lead-1": URL}))
    settings, _ = load_all()
    assert list(settings.notify) == ["lead-1"]


@pytest.mark.parametrize("written", ["hush", "[1]", '{"json://hush": "lead-1"}'])
def test_what_cannot_be_read_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    """It names nobody, so nobody is called unknown."""
    monkeypatch.chdir(tmp_path)
    lines = {**GOOD, "SHARE_CHECK_ORGANISATION": str(example_organisation_path()), "SHARE_CHECK_NOTIFY": written}
    for name, value in lines.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_all()
    (problem,) = caught.value.problems
    assert "hush" not in problem


def test_no_secret_shows_when_settings_are_printed() -> None:
    """A log line or a failed test gives nothing away."""
    shown = repr(
        _load(
            SHARE_CHECK_DATABASE_URL="postgresql://us:hush@localhost/db",
            SHARE_CHECK_SMTP_URL="smtp://us:hush@host",
            SHARE_CHECK_MAIL_FROM=FROM,
            SHARE_CHECK_NOTIFY=json.dumps({"lead-1": URL}),
            SHARE_CHECK_HEARTBEAT_URL="https://example.org/hush",
        )
    )
    assert not any(secret in shown for secret in (*GOOD.values(), "hush"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_env_is_read_as_any_editor_saves_it(tmp_path: Path, encoding: str, ends: str) -> None:
    """Notepad writes a mark at the beginning, or UTF-16; nobody sees it, and nobody has to."""
    file = tmp_path / ".env"
    text = "".join(f"{name}={value}{ends}" for name, value in GOOD.items())
    mark = "\ufeff" if encoding in {"utf-16-le", "utf-16-be"} else ""
    file.write_bytes((mark + text).encode(encoding))
    assert load_settings(file) == load_settings(None, **GOOD)


def test_env_in_another_encoding_names_the_file_the_line_and_the_fix(tmp_path: Path) -> None:
    """One line, and no traceback."""
    file = tmp_path / ".env"
    file.write_bytes(b"# first\n# caf\xe9\n")
    with pytest.raises(SettingsError) as refused:
        load_settings(file)
    assert refused.value.problems == (
        f"{file}, line 2: a letter there is not in UTF-8. Open the file in an editor and save it as UTF-8.",
    )


def test_a_wrong_setting_of_the_file_is_named_with_its_line(tmp_path: Path) -> None:
    """What is set elsewhere, or nowhere, has no line."""
    file = tmp_path / ".env"
    file.write_text("# ours\n\nSLACK_BOT_TOKEN=xapp-1\nSHARE_CHECK_LOGG=text\n")
    without = {name: value for name, value in GOOD.items() if name not in {"SLACK_BOT_TOKEN", "SHARE_CHECK_KEYS"}}
    with pytest.raises(SettingsError) as refused:
        load_settings(file, **without)
    found = sorted(refused.value.problems)
    assert found[0].startswith(f"{file}, line 3: SLACK_BOT_TOKEN starts with xapp-")
    assert found[1].startswith(f"{file}, line 4: SHARE_CHECK_LOGG is not a setting. Did you mean SHARE_CHECK_LOG?")
    assert found[2].startswith("SHARE_CHECK_KEYS is not set")


@pytest.mark.parametrize("token", ["xoxb-1 2", "\u201cxoxb-1\u201d", "xoxb-1\n", "'xoxb-1'", "xoxb-1\u00a0"])
def test_a_token_with_something_around_it_says_so(token: str) -> None:
    """As a word processor or a chat pastes it. Slack would only say that it does not know it."""
    assert _problems(SLACK_BOT_TOKEN=token) == (
        "SLACK_BOT_TOKEN has a space, a quotation mark or a line end in it. Copy it again, all of it and no more.",
    )


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite://x.db", "has two slashes where a file needs three"),
        ("sqlite://folder/x.db", "has two slashes where a file needs three"),
        ("postgresql://me:p@ss:word/1@host/x", "cannot be understood. In a password"),
        ("postgresql://me:secret@host:port/x", "cannot be understood"),
        ("postgresql://me:secret@host", "cannot be understood"),
    ],
)
def test_a_database_that_cannot_be_opened_like_this_is_one_line_without_the_password(url: str, words: str) -> None:
    """Doctor and serve read the same settings, so both say the same."""
    (problem,) = _problems(SHARE_CHECK_DATABASE_URL=url)
    assert problem.startswith(f"SHARE_CHECK_DATABASE_URL {words}")
    assert "secret" not in problem
    assert "p@ss" not in problem


def test_in_a_folder_with_neither_file_the_right_folder_is_named_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is in the wrong folder does not begin a second installation, with keys that open nothing."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError) as refused:
        load_all()
    assert refused.value.problems[0].startswith(
        f"{tmp_path} has no .env and no organisation.toml. If share-check is set up"
    )
    (tmp_path / ".env").touch()
    with pytest.raises(SettingsError) as refused:
        load_all()
    assert "set up already" not in str(refused.value)
