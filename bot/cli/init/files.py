"""The files of share-check init: organisation.toml and .env, written whole or not at all, never over another file."""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from io import StringIO
from pathlib import Path

from cryptography.fernet import Fernet
from dotenv import dotenv_values, set_key

from bot.cli.init.questions import Answers, PersonAnswer
from bot.cli.init.toml_edit import Value, table, written
from bot.config.organisation import Organisation, OrganisationError, load_organisation
from bot.config.settings import SettingsError, load_settings
from storage.proof.signed_note import SealKey

ENV = Path(".env")
OURS_ALONE, FOR_ALL_TO_READ = 0o600, 0o644
"""File modes. Only .env has secrets, and the bot may run as another account than the one that set it up."""
PLAIN = re.compile(r"[^\s'\"#\\$]*")
"""A value that every reader of .env files, Docker and systemd too, takes literally. All others are quoted."""
FACTS = """\
# The facts of {name}. Change anything here by hand, or with share-check init --change.
# organisation.example.toml shows all that can be set. What is left out is either a default or a gap, which
# share-check doctor reports.

{top}

# Leads are asked first.
{leads}

# Deputies are asked when no lead answers.
{deputies}

# Asked last, and first when a concern is about the leads. Must be neither a lead nor a deputy.
{independent}
{data_protection}
# Working hours; a day left out is a day off. Urgent pages go out at any hour.
{hours}

{phones}
{retention}"""
DATA_PROTECTION = """
# Asked beside the leads where information may have gone to the wrong person.
{}
"""
SECRETS = """\
# The secrets of share-check. Keep this file secret: it opens your Slack and your records.
# .env.example shows all that can be set.

{settings}

# The keys that seal what people type, separated by commas: the first seals, all of them open.
# Keep a copy apart from this computer and its backups: without it the records cannot be read.
SHARE_CHECK_KEYS={key}
# The key that signs the record, so that strangers can check it.
SHARE_CHECK_SEAL_KEY={seal_key}
# Publish this, where whoever runs this computer cannot change it:
# {public}
"""


class AlreadyThere(Exception):
    """A file that would have been written exists. Nothing was written."""


def facts(answers: Answers, today: date) -> str:
    """Return organisation.toml. today: the day it was last read through."""
    top: dict[str, Value] = {key: answers[key] for key in ("name", "time_zone", "leads_channel")}
    optional = ("administrators", "staff_help", "statutory_duty", "data_protection_lead")
    top |= {key: answers[key] for key in optional if answers.get(key) not in (None, "", [])}
    breaches = answers.get("data_protection_lead")
    if isinstance(breaches, Mapping):
        del top["data_protection_lead"]
    top["checked"] = today
    phones = {
        "childrens_social_care": answers.get("social_care"),
        **{key: answers.get(key) for key in ("out_of_hours", "adult_social_care", "adult_out_of_hours", "lado")},
    }
    owner = answers.get("retention_owner")
    return FACTS.format(
        name=str(answers["name"]),
        top="\n".join(f"{key} = {written(value)}" for key, value in top.items()),
        leads=_people("leads", answers["leads"]),
        deputies=_people("deputies", answers.get("deputies", ())) or "# None yet: share-check init --add deputy",
        independent=table("[independent_contact]", answers["independent"][0]),
        data_protection=DATA_PROTECTION.format(table("[data_protection_lead]", breaches))
        if isinstance(breaches, Mapping)
        else "",
        hours=table("[hours]", {**answers["hours"], "nation": answers["nation"]}),
        phones=table("[phones]", {key: number for key, number in phones.items() if number}),
        retention=f"\n{table('[retention]', {'owner': owner})}\n" if owner else "",
    )


def secrets(settings: Mapping[str, str]) -> str:
    """Return .env with new keys. settings: the other settings by name; empty ones are left out."""
    seal_key = SealKey.new()
    given = {name: value for name, value in settings.items() if value}
    text = SECRETS.format(
        settings="\n".join(f"{name}=" for name in given),
        key=Fernet.generate_key().decode(),
        seal_key=seal_key.written,
        public=seal_key.public,
    )
    return set_secrets(text, given)


def public_key(secret_text: str) -> str:
    """Return the public key in a new .env, which is to be published; empty if there is none."""
    found = re.search(r"^# (share-check\+\S+)$", secret_text, re.MULTILINE)
    return found[1] if found else ""


def set_secrets(text: str, settings: Mapping[str, str]) -> str:
    """Return .env with these settings changed and every other line unchanged. An empty value removes a setting."""
    there = dotenv_values(stream=StringIO(text), interpolate=False)
    with _draft(ENV, text) as draft:
        for name, value in settings.items():
            if value or name in there:
                set_key(draft, name, value, quote_mode="never" if PLAIN.fullmatch(value) else "always")
        return draft.read_text(encoding="utf-8")


def create(files: Mapping[Path, str], secret: Path) -> None:
    """Create all the files, or none. Raises AlreadyThere. secret: the file that only our account can read."""
    there = [str(path) for path in files if path.exists() or path.is_symlink()]
    if there:
        raise AlreadyThere(*there)
    made: list[Path] = []
    try:
        for path, text in files.items():
            with _draft(path, text) as draft:
                draft.chmod(OURS_ALONE if path == secret else FOR_ALL_TO_READ)
                os.link(draft, path)  # fails if somebody has created it meanwhile
            made.append(path)
    except FileExistsError as error:
        for path in made:
            path.unlink()
        raise AlreadyThere(str(error.filename2 or error.filename)) from error


def replace(path: Path, text: str) -> None:
    """Replace a file atomically: a reader sees the old text or the new one. Keep its owner and mode.

    If the owner cannot be kept and not everybody could read the file, only our account can read it afterwards.
    """
    before = path.stat()
    with _draft(path, text) as draft:
        mode = stat.S_IMODE(before.st_mode)
        try:
            os.chown(draft, before.st_uid, before.st_gid)
        except PermissionError:
            mode = mode if mode & stat.S_IROTH else OURS_ALONE
        draft.chmod(mode)
        draft.replace(path)


def tried_facts(path: Path, text: str) -> Organisation:
    """Parse `text` as organisation.toml, without writing it. Raises OrganisationError with every problem."""
    with _draft(path, text) as draft:
        try:
            return load_organisation(draft)
        except OrganisationError as error:
            raise OrganisationError(_of(path, draft, error.problems)) from None


def try_secrets(path: Path, text: str) -> None:
    """Parse `text` as .env, without writing it. Raises SettingsError with every problem."""
    with _draft(path, text) as draft:
        try:
            load_settings(draft)
        except SettingsError as error:
            raise SettingsError(_of(path, draft, error.problems)) from None


def _of(path: Path, draft: Path, problems: Sequence[str]) -> list[str]:
    """Name the file that people know, and not the draft of it."""
    return [problem.replace(str(draft), str(path)) for problem in problems]


@contextmanager
def _draft(path: Path, text: str) -> Iterator[Path]:
    """Yield a temporary file with this text in the same folder, readable only by our account; delete it afterwards."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(OURS_ALONE)
        yield draft
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()


def _people(name: str, people: Sequence[PersonAnswer]) -> str:
    return "\n\n".join(table(f"[[{name}]]", person) for person in people)
