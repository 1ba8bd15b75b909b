"""Checks of what the organisation has still to settle, and of how old its facts are."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.config.organisation import Organisation
from bot.findings import Finding, State, fine

SETTLE, FACTS = "to settle", "facts"
TERM = timedelta(days=120)
"""The longest school term and the break after it."""

HOW = {
    "deputies": "Name one: share-check init --add deputy",
    "administrators": "Name one by their Slack member ID: share-check init --change administrators",
    "staff_help": "Write one sentence with a number into organisation.toml as staff_help.",
    "policy_url": "Write where staff can read it into organisation.toml as policy_url; it starts with https://.",
    "safeguarding_policy_url": (
        "Write where staff can read it into organisation.toml as safeguarding_policy_url; it starts with https://."
    ),
    "statutory_duty": "Ask whoever advises you on the law, and write statutory_duty = true or false. Staff read it "
    "where they are asked about a duty to share, and leads in the summary.",
    "data_protection_lead": "Write a [data_protection_lead] table with id, name, slack, phone and email, as "
    "organisation.example.toml shows. Where a lead sees to it, their id does: data_protection_lead = 'lead-1'.",
    "retention.owner": "Write who it is under [retention] as owner.",
    "phones": "Find the number on your council's pages: share-check init --change phones",
    "phones.adult_social_care": "Find it on your council's pages: share-check init --change phones. Until then staff "
    "with a worry about an adult are sent to 999 or gov.uk.",
    "phones.adult_out_of_hours": "Find it on your council's pages: share-check init --change phones. Until then staff "
    "are given phones.out_of_hours at night; give the same number if one team answers for both.",
    "phones.lado": "Ask your council for its LADO, who advises about adults who work with children: "
    "share-check init --change phones",
    "schools": "Write a [[schools]] table for each school; organisation.example.toml shows one.",
}
WRITE_IT = "Write it into organisation.toml; organisation.example.toml shows how."


def gaps(organisation: Organisation) -> tuple[Finding, ...]:
    """Return a gap for each fact still missing (docs/rules.md, "Open for the organisation to settle")."""
    return tuple(_gap(words) for words in organisation.gaps)


def age(organisation: Organisation, now: datetime) -> Finding:
    """Check when organisation.toml was last read through: numbers change, and people leave."""
    checked = organisation.checked
    read_through = (
        "Read organisation.toml through, phone each number in it once, then write the day: "
        f"checked = {now.astimezone(organisation.zone):%Y-%m-%d}"
    )
    if checked is None:
        words = "nobody has written down when organisation.toml was last read through."
        return Finding(FACTS, State.GAP, words, read_through)
    days = (now.astimezone(organisation.zone).date() - checked).days
    if days > TERM.days:
        words = f"organisation.toml was last read through on {checked}, more than a term ago."
        return Finding(FACTS, State.WARNING, words, read_through)
    return fine(FACTS, f"organisation.toml was read through on {checked}.")


def _gap(words: str) -> Finding:
    key = words.partition(":")[0].partition(" ")[0]
    fix = HOW.get(key) or HOW.get(key.partition(".")[0], WRITE_IT)
    return Finding(SETTLE, State.GAP, f"{words}.", fix)
