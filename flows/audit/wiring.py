"""Whether the table hangs together: every problem at once, each with its question."""

from collections import Counter
from collections.abc import Iterable, Iterator

from flows.audit.invariants import UNSURE
from flows.model import Answered, Both, Checklist, Choose, Condition, Either, Not, Outcome, Question

MOST_OPTIONS = 10
LONGEST_LABEL = 75  # Slack's limit for an option's text.
POLICY_ORDER = (
    *(f"3.1.{number}" for number in range(1, 9)),
    *(f"3.2.{number}" for number in range(1, 4)),
    *(f"3.3.{number}" for number in range(1, 5)),
    *(f"3.4.{number}" for number in range(1, 3)),
)


def wiring_problems(checklist: Checklist) -> tuple[str, ...]:
    """List everything in the table that could not work, in words; empty when all is well."""
    return (
        *_twice("question", (question.id for question in checklist)),
        *_order(checklist),
        *_endings(checklist),
        *(problem for question in checklist for problem in _question(checklist, question)),
        *_unused(checklist),
    )


def _twice(what: str, ids: Iterable[str]) -> Iterator[str]:
    yield from (f"{what} {one} stands twice" for one, count in Counter(ids).items() if count > 1)


def _order(checklist: Checklist) -> Iterator[str]:
    policy = tuple(question.id for question in checklist if question.is_policy)
    for missing in sorted(set(POLICY_ORDER) - set(policy)):
        yield f"{missing} of the policy is missing"
    if sorted(policy) == sorted(POLICY_ORDER) and policy != POLICY_ORDER:
        yield "the policy's questions are not in the policy's order"
    ids = [question.id for question in checklist]
    if ids[:2] != ["S1", "S2"]:
        yield "S1 and S2 must come first: 999, then who to leave out"
    if ids[-1:] != ["4.2"]:
        yield "4.2 must come last"


def _endings(checklist: Checklist) -> Iterator[str]:
    for outcome in Outcome:
        ending = checklist.endings.get(outcome)
        if ending is None and outcome is not Outcome.UNFINISHED:
            yield f"outcome {outcome} has no words"
        elif ending and not all(ending.claim in words for words in (ending.words, ending.words_when_shared) if words):
            yield f'outcome {outcome} does not say "{ending.claim}"'


def _question(checklist: Checklist, question: Question) -> Iterator[str]:
    where = question.id
    if question.is_policy and not (question.policy_words and question.clause):
        yield f"{where} lacks the policy's words or clause"
    if not (question.ask and question.help and question.topic):
        yield f"{where} lacks its question, help or topic"
    if not 1 < len(question.options) <= MOST_OPTIONS:
        yield f"{where} has {len(question.options)} options; 2 to {MOST_OPTIONS} can be shown"
    yield from (f"{where}: {one}" for one in _twice("option", (o.id for o in question.options)))
    yield from (f"{where}: {one}" for one in _options(checklist, question))
    yield from (f"{where} {one}" for one in _condition(checklist, question))
    yield from (f"{where} {one}" for one in _past(question))


def _options(checklist: Checklist, question: Question) -> Iterator[str]:
    known = checklist.advice_by_id
    for option in question.options:
        if len(option.label) > LONGEST_LABEL:
            yield f"the label of {option.id} is over {LONGEST_LABEL} characters"
        if option.fix and option.fix not in checklist.fixes:
            yield f"{option.id} has the unknown fix {option.fix}"
        if option.task and option.task not in checklist.tasks:
            yield f"{option.id} has the unknown task {option.task}"
        yield from (f"{option.id} has the unknown advice {one}" for one in option.advice if one not in known)
        if option.unsure != (option.id in UNSURE):
            yield f"{option.id} is {'' if option.unsure else 'not '}marked unsure"


def _past(question: Question) -> Iterator[str]:
    past = question.when_already_shared
    if past is None:
        return
    yield from (f"has other words for {one}, which is no option" for one in past.labels if one not in question.by_id)
    yield from (
        f"has words of over {LONGEST_LABEL} characters for {one}"
        for one, label in past.labels.items()
        if len(label) > LONGEST_LABEL
    )


def _condition(checklist: Checklist, question: Question) -> Iterator[str]:
    before = [one.id for one in checklist.questions[: checklist.questions.index(question)]]
    for atom in atoms(question.asked_when):
        asked = checklist.by_id.get(atom.question)
        if asked is None:
            yield f"reads {atom.question}, which is not asked at all"
        elif atom.question not in before:
            yield f"reads {atom.question}, which is not asked before it"
        else:
            known = asked.by_id if asked.choose is not Choose.PEOPLE else {}
            unknown = (option for option in atom.options if option not in known)
            yield from (f"reads {atom.question} {one}, which is no option" for one in unknown)


def atoms(condition: Condition) -> Iterator[Answered]:
    """List the single answers a condition reads."""
    match condition:
        case Answered():
            yield condition
        case Not(inner):
            yield from atoms(inner)
        case Both(one, other) | Either(one, other):
            yield from atoms(one)
            yield from atoms(other)


def _unused(checklist: Checklist) -> Iterator[str]:
    options = [option for question in checklist for option in question.options]
    derived = {"CONSENT", "BASIS"}
    for fix in checklist.fixes.keys() - {option.fix for option in options} - derived:
        yield f"nothing leads to the fix {fix}"
    made = {"LEADS_LEFT_OUT"}
    for advice in checklist.advice_by_id.keys() - {one for option in options for one in option.advice} - made:
        yield f"nothing calls up the advice {advice}"
    for fix in checklist.fixes.keys() - checklist.fixes_when_shared.keys():
        yield f"the fix {fix} has no words for what was already shared"
    for task in checklist.tasks.keys() - {option.task for option in options}:
        yield f"nothing leads to the task {task}"
