"""Load both files of an installation, .env and organisation.toml, and report the problems of both together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.config.organisation import Organisation, OrganisationError, load_organisation
from bot.config.settings import Settings, SettingsError, load_settings, organisation_path, unknown_to_notify

ENV = Path(".env")


def load_all() -> tuple[Settings, Organisation]:
    """Load the settings and the organisation. Raises SettingsError with the problems of both files."""
    problems: list[str] = []
    settings: Settings | None = None
    organisation: Organisation | None = None
    try:
        settings = load_settings()
    except SettingsError as error:
        problems.extend(error.problems)
    try:
        organisation = load_organisation(settings.organisation if settings else organisation_path())
        problems.extend(unknown_to_notify([person.id for person in organisation.everybody]))
    except OrganisationError as error:
        problems.extend(error.problems)
    if problems or settings is None or organisation is None:
        raise SettingsError([*_elsewhere(settings, organisation), *problems])
    return settings, organisation


def _elsewhere(settings: Settings | None, organisation: Organisation | None) -> Iterator[str]:
    """Yield what comes first where neither file is here: new ones would begin a second installation."""
    if settings is None and organisation is None and not ENV.exists():
        yield (
            f"{Path.cwd()} has no .env and no organisation.toml. If share-check is set up already, go to its folder "
            "and do this again; what follows is for a new installation."
        )
