"""The sentences a reporter may read, and the phrases none of them may hold.

Short, calm, no blame: each says what happens next. Words that belong to one question, outcome or piece of advice
stand in flows/checklist.py, flows/outcomes.py and flows/advice.py; here are those that several answers make together.
Placeholders are filled by flows/engine/facts.py.
"""

from flows.engine.outcome import Known
from flows.model import Outcome

TITLES = {
    Outcome.EMERGENCY: "Call 999 now",
    Outcome.CONSULT_URGENT: "Speak to {told} now",
    Outcome.CONSULT: "Talk to {told} first",
    Outcome.CONSULT_READY: "Agree the plan with {told} first",
    Outcome.FIX_FIRST: "Not ready yet",
    Outcome.HOLD: "Keep this confidential for now",
    Outcome.UNFINISHED: "Not finished yet",
}
KNOWN = {Known.YES: "yes", Known.NO: "no", Known.NOT_KNOWN: "not known yet: treat as yes"}
"""How "tell nobody yet" is shown (I26)."""
SHARED = {True: "yes", False: "no", None: "not known yet"}
"""How "already shared" is shown (I26)."""

# Who was told. "I have told" is only true once a message was delivered.
TOLD = "I have told {told}."
TELLING = "I am telling {told} now."
NOBODY_TOLD = "I have not told anyone yet."
WILL_TELL = "I have not told anyone yet. If you stop here, I will tell {told}."
NOT_REACHED = "I could not reach {told} in Slack yet. Please phone: {phone}."
IS_ON_IT = "{name} is on it: {number}."

THE_NAMED = "those named here"
"""In place of the names of a crowd, once they were named."""

DANGER = "If anyone may be in danger right now, call 999 first. Do not wait for us."
CALL_NOW = "Call 999 now."
DO_NOT_TELL = (
    "Please do not tell them or the family yet, and do not seek consent. {told} will decide with you when and how."
)
NOT_KNOWN_IF_SAFE = "I do not know yet if it is safe to tell them. So do not tell them or the family yet."
IN_THE_PLAN = "Who is told, when and how is in the plan. Before you say anything, read your part of it."
PROTECT_SOURCE = "Do not say who raised it."
NOT_TO_THAT_ADULT = "Do not speak to that adult about it."
NO_CONSENT_NEEDED = (
    "You do not need consent to talk to a lead or, where a child or an adult may be at risk, "
    "to tell social care or the police."
)
ONLY_THEM = "Talk only to {told} about this for now."
LEFT_OUT = "The people you left out are not told and cannot open the record."
STOPPED = "You stopped part-way. Your answers are saved. You can come back and add more."
NOTHING_SENT = (
    "Nothing has been sent to anyone. Your answers so far are saved.",
    "Come back and finish when you can.",
)
NUMBERS_FOR_NOW = "Numbers for now:"
WHILE_YOU_WAIT = "While you wait, you can sort these out:"
CAN_WAIT = "These can wait until you have spoken to {told}:"
ABOUT_THE_SHARING = "About what was shared:"
IF_SHARED = "If it is shared once a plan is agreed, or has been shared already:"

BECAUSE = 'Because you said "{label}" about {topic} ({source}).'
BECAUSE_BREACH = "Together these mean it may have gone to the wrong person or by an unsafe route."
BECAUSE_CLEAR = "Nothing you answered is unsure or left to sort out."
BECAUSE_EARLIER = "An earlier answer raised this, and it stays raised."
BECAUSE_UNFINISHED = "The check is not finished, so there is no outcome yet."
ANSWERS_DIFFER = (
    "Two of your answers differ: one says nobody is at risk of harm, another that someone could be. "
    "I have gone by the second, to be safe."
)

IF_SAID = "If you had said {answers}: {then}."
IF_MILDEST = "If you had given the mildest answer to all of these ({questions}): {then}."
MOST_SPELLED_OUT = 3
THEN = {
    Outcome.EMERGENCY: "I would have asked you to call 999",
    Outcome.CONSULT_URGENT: "I would have told a lead at once",
    Outcome.CONSULT: "a lead would have been told, and would talk with you",
    Outcome.CONSULT_READY: "your answers would have supported sharing, and a lead would agree the plan with you",
    Outcome.FIX_FIRST: "there would be something to sort out first",
    Outcome.HOLD: "I would have asked you to keep it confidential for now",
    Outcome.UNFINISHED: "nothing would have been sent yet",
}
OPENS = "that would bring up another question"

ASK = "Ask a lead"
"""The button that stands on every card, as the law's words name it."""
ASK_FOR_HELP = "Ask for help"
"""The same button where no lead may know of the check."""
ASK_A_LEAD = f"{ASK} at any time. You do not need a reason."
ASK_WHO_MAY_KNOW = f"{ASK_A_LEAD} It goes only to people who may know."
ANYONE_CAN_REFER = "You can ring {service} yourself, at any time: {number}."
ALSO_ADULT = "You can ring adult social care too: {number}."
HELPLINES = "NSPCC: {nspcc}. Whistleblowing advice: {whistleblowing}."
KEEP_IT = "Talk about it only with those who need to know."

NEVER_SAID = (
    "!",
    "are you certain",
    "do not report",
    "do not share",
    "don't share",
    "go ahead",
    "no need to report",
    "not serious enough",
    "send it to",
    "share it now",
    "should have",
    "tell the school",
    "waste",
    "your fault",
    "your mistake",
)
"""No outcome says these: none sends a reporter elsewhere first, or discourages (I16, I17)."""
SEEK_CONSENT = "ask for consent"
"""Said only where it was answered that asking is safe (I7, I10)."""
