"""Load both files of an installation, .env and organisation.toml, and report the problems of both together."""

from __future__ import annotations

from bot.config.organisation import Organisation, OrganisationError, load_organisation
from bot.config.settings import Settings, SettingsError, load_settings, organisation_path, unknown_to_notify


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
        raise SettingsError(problems)
    return settings, organisation
