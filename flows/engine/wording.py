"""The sentences a reporter may read at the end of a check, and the phrases none of them may hold.

Short, calm, no blame: each says what happens next. Words that belong to one question or outcome
stand in flows/checklist.py; here are those that several answers make together.
"""

from flows.model import Outcome

TITLES = {
    Outcome.EMERGENCY: "Call 999 now",
    Outcome.CONSULT_URGENT: "Speak to a safeguarding lead now",
    Outcome.CONSULT: "Talk to a safeguarding lead first",
    Outcome.CONSULT_READY: "Your answers support sharing: agree the plan with a lead first",
    Outcome.FIX_FIRST: "Not ready yet",
    Outcome.HOLD: "Keep this confidential for now",
    Outcome.UNFINISHED: "Not finished yet",
}

# What a page has come to. "I have told" is only true once a message was delivered.
TELLING = "I am telling {recipients} now"
NOT_REACHED = "I could not reach {recipients} in Slack yet. Please phone {phone}."
NOT_REACHED_NO_NUMBERS = "I could not reach {recipients} in Slack yet. Please find or phone a lead yourself."
NOBODY_TOLD = "I have not told anyone yet."

DANGER = "If anyone may be in danger right now, call 999 first. Do not wait for us."
DO_NOT_TELL = (
    "Please do not tell them or the family yet, and do not seek consent. "
    "A safeguarding lead will decide with you when and how."
)
PROTECT_SOURCE = "Do not reveal who raised it."
ALLEGATION = (
    "Do not speak to that adult about it. A safeguarding lead will speak with the LADO, "
    "the council's officer for concerns about adults who work with children."
)
NO_CONSENT_NEEDED = "You do not need consent to talk to a lead or, for a child, to tell social care or the police."
BREACH = (
    "This may be a personal data breach. Tell the data protection lead today{who}. "
    "Telling them quickly is what helps most."
)
RING_AFTER_999 = "When you have called 999, you can phone {phone}."
ONLY_THEM = "Talk only to {recipients} about this for now."
LEFT_OUT = "The people you left out are not told and cannot open the record."
STOPPED = (
    "You stopped part-way. What you told me is saved, and a lead is told what is known so far. "
    "You can come back and add more."
)
NOTHING_SENT = (
    "Nothing has been sent to anyone. Your answers so far are saved.",
    "Come back and finish when you can.",
)
WHILE_YOU_WAIT = "While you wait, you can sort these out:"
CAN_WAIT = "These can wait until you have spoken to a safeguarding lead:"
IF_SHARED = "If it is shared with a lead's agreement, or has been shared already:"
EXPLAIN_LATER = "Treat consent as not given; a safeguarding lead will decide with you when to explain again"

BECAUSE = 'Because you said "{label}" about {topic} ({source}).'
BECAUSE_BREACH = "Together these mean it may have gone to the wrong person or by an unsafe route."
BECAUSE_CLEAR = "Nothing you answered is unsure or left to sort out."
BECAUSE_EARLIER = "An earlier answer raised this, and it stays raised."
BECAUSE_UNFINISHED = "The check is not finished, so there is no outcome yet."
ANSWERS_DIFFER = (
    "Two of your answers differ: one says nobody is at risk of harm, another that someone could "
    "be put at risk. I have gone by the second, to be safe."
)

IF_SAID = "If you had said {answers}, {then}."
IF_MILDEST = "If you had given the mildest answer to all of these questions ({questions}), {then}."
MOST_SPELLED_OUT = 3
THEN = {
    Outcome.EMERGENCY: "I would have asked you to call 999",
    Outcome.CONSULT_URGENT: "I would have told a lead at once",
    Outcome.CONSULT: "a lead would have been told, to talk it through with you",
    Outcome.CONSULT_READY: ("your answers would have supported sharing, with a lead told to agree the plan"),
    Outcome.FIX_FIRST: "there would have been something to sort out first",
    Outcome.HOLD: "I would have asked you to keep it confidential for now",
    Outcome.UNFINISHED: "nothing would have been sent yet",
}
OPENS = "that would bring up another question"

ASK_A_LEAD = "Ask a lead at any time. You do not need a reason."
ASK_WHO_MAY_KNOW = f"{ASK_A_LEAD} It only goes to people who may know."
ANYONE_CAN_REFER = "Anyone can refer to children's social care directly{number}."
HELPLINES = "NSPCC: {nspcc}. Whistleblowing advice: {whistleblowing}."
KEEP_IT = "Do not discuss it with anyone else."

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
