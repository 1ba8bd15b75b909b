"""The boxes people type into, and the labels under which their text is shown and given out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.slack import block_kit
from bot.slack.block_kit import Block


@dataclass(frozen=True, slots=True)
class Field:
    """One box of a form: its key in the record and its label. longest: in characters."""

    key: str
    label: str
    hint: str | None = None
    lines: bool = False
    longest: int = 300


DETAILS = (
    Field(
        "person",
        "Who is it about, and how can a lead reach you?",
        "Their name, birthday and school number on top, if you know. It is in no Slack message.",
        lines=True,
        longest=1000,
    ),
    Field("facts", "What happened, when and where?", "In their words, as near as you can.", lines=True, longest=3000),
    Field("opinion", "What do you think?", "Your own view, kept apart from what happened.", lines=True, longest=3000),
)
"""What happened, as the reporter tells it. No box has to be filled in."""
SCHOOL = Field("school", "Which school?")
"""One of the organisation's, chosen from a list where it has any; its name is kept with the details."""
EARLIER_DETAILS = (
    Field("number", "Their number in your school's system"),
    Field("born", "Date of birth or age"),
    Field("where_now", "Where are they now, and who will they be with tonight?"),
    Field("done", "What has been done already?"),
    Field("wishes", "What does the person want to happen?"),
    Field("what", "What do you want to share?"),
    Field("whom", "With whom, and how?"),
    Field("more", "Is there anything else a lead should know?"),
)
"""Boxes that the form had before; records have them, and they are read and given out like the others."""
ALL_DETAILS = (DETAILS[0], SCHOOL, *DETAILS[1:], *EARLIER_DETAILS)
SHARING = (
    Field("what", "What was shared?", lines=True, longest=1500),
    Field("whom", "With whom?", longest=500),
    Field("why", "Why?", lines=True, longest=1500),
    Field("how", "When and how?", longest=500),
)
DECISION = (
    Field("reason", "Why? The reason for it", lines=True),
    Field("what", "What will be shared?", lines=True, longest=1500),
    Field("whom", "With whom?", longest=500),
    Field("how", "How?", "For example: by phone, then in writing by secure email.", longest=500),
    Field("time", "When?", longest=300),
    Field("by", "By whom?", longest=300),
    Field("basis", "Lawful basis or duty", "For example: protecting a child at risk; a legal duty; consent."),
    Field("consulted", "Who else was consulted?", longest=500),
    Field("dissent", "Does anyone see it differently?", longest=1500),
)
DECISION_LABELS = {
    "reason": "Reason",
    "basis": "Lawful basis or duty",
    "what": "What",
    "whom": "With whom",
    "how": "How",
    "time": "When",
    "by": "By whom",
    "consulted": "Who else was consulted",
    "dissent": "Other views",
    "unanswered": "Why questions on what to share were not answered",
}
AGENCY = {
    "contact": "Who there? Name and number",
    "reference": "Their reference",
    "what": "What was shared?",
    "route": "By which route?",
    "receipt": "Who answered, and when? Or why nobody waits",
}
"""Boxes of a row of the list of professionals, by key in the record."""
SEARCHES = {
    "name": ("Name", "As you know it. Spelling and spaces need not be exact."),
    "number": ("Number in your school's system", None),
    "born": ("Date of birth", "For example 12/03/2014 or 12 March 2014."),
}


def inputs(fields: tuple[Field, ...], given: Mapping[str, object], *, optional: bool = True) -> Iterator[Block]:
    """Yield a box for each field, filled with the text given before."""
    for field in fields:
        box = block_kit.text_input(str(given.get(field.key, "")), lines=field.lines, longest=field.longest)
        yield block_kit.input_(field.label, box, field.key, optional=optional, hint=field.hint)


def who_boxes(*, optional: bool = True) -> Iterator[Block]:
    """Yield boxes for the person that a search or request is about: name, number, date of birth."""
    for key, (label, hint) in SEARCHES.items():
        yield block_kit.input_(label, block_kit.text_input(longest=300), key, optional=optional, hint=hint)
