"""Seventeen situations a school meets, each with what is answered, who hears of it and when, and what must be read.

From the policy, docs/rules.md and the advice the leads sign off. No real case is among them.
"""

from dataclasses import dataclass

from tests.harness import CALM, CLEAR, CONSENT, HARM, LEADS, NO_WORRY, NOT_YET, TELL_ALL, Given, Ticks

TUESDAY, FRIDAY, SATURDAY = 1, 4, 5
CHANNEL = LEADS
LEAD_ONE, LEAD_TWO, DEPUTY, INDEPENDENT, DATA = "U0LEAD1", "U0LEAD2", "U0DEPUTY", "U0INDEP", "U0DATA"
THE_LEADS = frozenset({CHANNEL, LEAD_ONE, LEAD_TWO})
WITH_DEPUTY = THE_LEADS | {DEPUTY}
EVERYBODY = WITH_DEPUTY | {INDEPENDENT}
ONLY_INDEPENDENT = frozenset({INDEPENDENT})
NOBODY: frozenset[str] = frozenset()
NOT_SURE = "Not sure"


@dataclass(frozen=True)
class Press:
    """A button of the card that answers nothing."""

    button: str


@dataclass(frozen=True)
class LeaveOut:
    """Who must not be told."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Send:
    """Check your answers and Send, with these words of what happened; none: send it without, twice."""

    story: str = ""


Act = Given | Press | LeaveOut | Send


@dataclass(frozen=True)
class Situation:
    """One situation.

    acts: what the staff member does. told: channels and accounts with a page at the end of them. push: urgency and
    answer-by time on a lead's phone. advice: ids in the order read. says, never: on the staff member's card at the end,
    and `never` from then on. page, summary: what the leads, or whoever is asked, read. later: minutes since the
    page, and who has been asked by then. when: weekday, hour and minute.
    """

    name: str
    acts: tuple[Act, ...]
    told: frozenset[str] = THE_LEADS
    push: str = ""
    advice: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    page: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()
    later: tuple[tuple[int, frozenset[str]], ...] = ()
    when: tuple[int, int, int] = (TUESDAY, 10, 0)


ASK_CONSENT = "ask for consent"
CHILDREN_BY_DAY = "- Children's social care: 020 7946 0110"
CHILDREN_BY_NIGHT = "- Children's social care: 020 7946 0111"
ADULTS = "- Adult social care: 020 7946 011"
THE_LADO = "- LADO (the council's officer for adults who work with children): 020 7946 0112"
NOT_KNOWN = "do not know yet if it is safe to tell them. So do not tell them or the family yet."
DO_NOT_TELL = "Please do not tell them or the family yet, and do not seek consent."
NO_CONSENT_NEEDED = "You do not need consent to talk to"
SPEAK_NOW = "ring social care yourself, or 999 in an emergency"
HOLD_TITLE = "Keep this confidential for now"
URGENTLY = ((14, THE_LEADS), (15, WITH_DEPUTY), (29, WITH_DEPUTY), (30, EVERYBODY))
IN_AN_HOUR = ((59, THE_LEADS), (60, WITH_DEPUTY), (119, WITH_DEPUTY), (120, EVERYBODY))
SOMEBODY_ASKS = Ticks("Police, a parent, the press or someone else is asking us for it")
POSSIBLY_NOT_TODAY = ("No", "No", "No", "Possibly", "No", "No")
UNSURE_TO_THE_END = (NOT_SURE,) * 5 + (Ticks(NOT_SURE),) + (NOT_SURE,) * 4
"""3.1.1 to 3.2.3 where consent is not sure."""

SITUATIONS = (
    Situation(
        "a child possibly at risk, on the Friday before half-term",
        (
            *("No", "No", "No", "Possibly", "No", NOT_SURE, Ticks(NOT_SURE), *UNSURE_TO_THE_END),
            *("Not sure / not chosen yet", NOT_SURE, NOT_SURE, NOT_SURE, NOT_SURE, Send()),
        ),
        push="soon, answer by 18:30",
        advice=("BASICS",),
        says=("Talk to Lead one and Lead two first", CHILDREN_BY_NIGHT, DO_NOT_TELL, "If it cannot wait, phone."),
        never=(ASK_CONSENT, "Check with the source", "Explain again", "Monday"),
        page=("*Already shared:* not known yet", "*Tell nobody yet:* yes", "harm or risk of harm (S4)"),
        summary=("*Who and what:* no details yet.", "*Tell nobody yet.*"),
        later=IN_AN_HOUR,
        when=(FRIDAY, 17, 30),
    ),
    Situation(
        "a picture on a phone",
        (*HARM, "No", Ticks("A nude or sexual picture or video of a child"), Press("Stop for now")),
        push="urgent, answer by 10:15",
        advice=("BASICS", "IMAGE"),
        says=("Do not look at, copy, print, save or send on the picture", "Leave the phone as it is.", SPEAK_NOW),
        never=(ASK_CONSENT, "What would have changed it"),
        page=("harm or risk of harm (S4), the kind of worry (S7)", "not known yet: treat as yes"),
        summary=("A nude or sexual picture or video of a child", "do not ask a child to show or send it"),
        later=URGENTLY,
    ),
    Situation(
        "a child says what happened and asks to keep it secret",
        (*HARM, Press("Stop here")),
        push="urgent, answer by 15:25",
        advice=("BASICS",),
        says=("Do not promise to keep it secret.", "Write down their words and the time.", NOT_KNOWN, CHILDREN_BY_DAY),
        never=(ASK_CONSENT,),
        page=("speak to a lead now", "*Checklist:* 4 answered, 20 not reached"),
        summary=("*Tell nobody yet:* not known yet: treat as yes.", "*Who and what:* no details yet."),
        later=URGENTLY,
        when=(TUESDAY, 15, 10),
    ),
    Situation(
        "information went to the wrong person",
        ("No", "No", "No", "No", "Yes, and it may have gone to the wrong person or place", Press("Stop here")),
        told=THE_LEADS | {DATA},
        push="urgent, answer by 10:15",
        advice=("BREACH", "WRONG_RECIPIENT"),
        says=("and the data protection lead: the law gives us 72 hours.", "Ask whoever got it not to read it"),
        never=("Keep this confidential", "do not question them", "your fault", "your mistake"),
        page=("*Already shared:* yes", "whether it was already shared (S6)"),
        summary=("*A possible personal data breach.* The data protection lead has been told.",),
    ),
    Situation(
        "conduct that worries, and both leads are part of it",
        (
            *("No", LeaveOut(("Lead one", "Lead two")), "Yes - conduct that worries me, no harm that I know of"),
            *("No", "No", NO_WORRY, *CONSENT, *CLEAR, "Yes", Send("It was said in the corridor.")),
        ),
        told=ONLY_INDEPENDENT,
        push="soon, answer by 11:00",
        advice=("LOW_LEVEL", "LEADS_LEFT_OUT"),
        says=("Agree the plan with Independent contact first", THE_LADO, "Do not speak to that adult"),
        never=("Lead one", "Lead two", "Ask a lead"),
        page=("agree the plan with you first", "how an adult behaved (S3)", "Talk about it with nobody else."),
        summary=("*Not told, now or later: Lead one, Lead two.*", "It was said in the corridor."),
        later=((59, ONLY_INDEPENDENT), (60, ONLY_INDEPENDENT | {DEPUTY}), (600, ONLY_INDEPENDENT | {DEPUTY})),
    ),
    Situation(
        "an adult at risk who may not be able to decide",
        (
            *(*POSSIBLY_NOT_TODAY, Ticks("Abuse of an adult, or violence at home"), "No, not asked", "Yes", NOT_SURE),
            *("No", "Adult who may not be able to decide", Ticks("None of these"), NOT_SURE, *CLEAR, "Yes"),
            Send("They were told to sign it."),
        ),
        push="soon, answer by 20:00",
        advice=("BASICS", "ADULT"),
        says=("Adults decide for themselves if they can.", ADULTS, "0808 2000 247", NO_CONSENT_NEEDED),
        never=(ASK_CONSENT,),
        page=("3.1.5", "harm or risk of harm (S4)"),
        summary=("Adult who may not be able to decide", "Adult social care: 020 7946 0111"),
        when=(TUESDAY, 19, 0),
    ),
    Situation(
        "an adult who says no",
        (
            *(*POSSIBLY_NOT_TODAY, Ticks("Abuse of an adult, or violence at home"), "I asked and they said no", "Yes"),
            *("No, there is another reason I can share", "Yes, a power (may)", "Adult", Ticks("None of these")),
            *("NOT sharing would do more harm", *CLEAR, "Yes", Send()),
        ),
        push="soon, answer by 11:00",
        advice=("BASICS", "ADULT"),
        says=(
            "will help with what we may do against their wish",
            ADULTS,
            NO_CONSENT_NEEDED,
            "You are not deciding this",
        ),
        never=(ASK_CONSENT, "Children's social care"),
        page=("having consent (3.1.1)",),
        summary=("There is no consent to rely on", "I asked and they said no", "no details yet"),
        later=IN_AN_HOUR,
    ),
    Situation(
        "stopped at the first question, then a lead is asked for",
        (Press("Stop for now"), Press("Carry on"), Press("Ask a lead"), Press(TELL_ALL)),
        push="soon, answer by 11:00",
        says=("*I have told Lead one and Lead two*", NOT_KNOWN, CHILDREN_BY_DAY, "Go on (about "),
        page=("the staff member asked for a lead", "not known yet: treat as yes"),
        summary=("- The staff member asked for a lead.",),
        later=IN_AN_HOUR,
    ),
    Situation(
        "a colleague's conduct that may have harmed a child",
        ("No", "No", "Yes - may have harmed a child or may be a risk to children", Press("Stop here")),
        push="urgent, answer by 10:15",
        advice=("BASICS", "ALLEGATION"),
        says=("Do not speak to that adult about it, and do not look into it yourself.", THE_LADO),
        page=("how an adult behaved (S3)",),
        summary=("The LADO may need to be told within one working day.",),
        later=URGENTLY,
    ),
    Situation(
        "grooming online, on a Saturday night",
        (
            *("No", "No", "No", NOT_SURE, NOT_SURE, "No", Ticks("Sexual abuse or exploitation, online too")),
            Press("Stop for now"),
        ),
        push="urgent, answer by 23:15",
        advice=("BASICS", "SEXUAL"),
        says=("do not ask for details", CHILDREN_BY_NIGHT, SPEAK_NOW),
        page=("something needed today (S5)", "2 not sure"),
        summary=("*Not sure about*\n- harm or risk of harm",),
        later=URGENTLY,
        when=(SATURDAY, 23, 0),
    ),
    Situation(
        "a girl may be cut in the holidays",
        (*POSSIBLY_NOT_TODAY, Ticks("Cutting (FGM) or a forced marriage"), Press("Stop here")),
        push="urgent, answer by 10:15",
        advice=("BASICS", "CUTTING"),
        says=(DO_NOT_TELL, "Do not tell the family, and do not ask them.", "must tell the police on 101 themselves"),
        never=(ASK_CONSENT,),
        page=("*Tell nobody yet:* yes",),
        summary=("*Tell nobody yet.* Telling the person or family could do harm.",),
    ),
    Situation(
        "being drawn into extreme views",
        (*POSSIBLY_NOT_TODAY, Ticks("Being drawn into violent or extreme views"), Press("Stop for now")),
        push="soon, answer by 11:00",
        advice=("BASICS", "EXTREME"),
        says=("This is about keeping someone safe. Do not argue", "Lead one and Lead two will decide about Prevent."),
        never=(ASK_CONSENT,),
        page=("talk to a lead first",),
        summary=("Being drawn into violent or extreme views",),
        later=IN_AN_HOUR,
    ),
    Situation(
        "a school asks for something ordinary, and there is consent",
        (
            *("No", "No", "No", "No", "No", SOMEBODY_ASKS, *CONSENT[:3], "Young person 16-17", *CONSENT[4:]),
            *(*CLEAR, "Yes", Send("They ask for the attendance.")),
        ),
        push="routine, answer by 14:00",
        advice=("ASKED",),
        says=("Your answers support sharing.", "Agree the plan with Lead one and Lead two first (policy 4.2)"),
        never=("go ahead", "While you wait: listen"),
        page=("agree the plan with a lead first", "*Tell nobody yet:* no"),
        summary=("They ask for the attendance.",),
        later=(
            (239, THE_LEADS),
            (240, WITH_DEPUTY),
            (23 * 60, WITH_DEPUTY),
            (47 * 60, WITH_DEPUTY),
            (48 * 60, EVERYBODY),
        ),
    ),
    Situation(
        "neither sharing nor keeping it would do harm, and consent is still to be asked for",
        (
            *(*CALM, "No, not asked", "No", "Yes, this sharing is optional for them", "Yes, a power (may)"),
            *("Young person 13-15", Ticks("None of these"), "Neither would do harm", *CLEAR, NOT_YET, Send()),
        ),
        told=NOBODY,
        says=("Not ready yet", "Ask for consent, from the young person if they understand", "call 999 first"),
        never=("I have told", "do not share"),
    ),
    Situation(
        "consent was given and taken back",
        (
            *(*CALM, "They said yes, then changed their mind", "Yes", "Yes, this sharing is optional for them"),
            *("Yes, a power (may)", "Young person 16-17", Ticks("None of these"), "Neither would do harm"),
            *(*CLEAR, "Yes", Send("They told me in the corridor.")),
        ),
        push="routine, answer by 14:00",
        says=("Talk to Lead one and Lead two before anything is shared.",),
        never=(ASK_CONSENT, "support sharing"),
        page=("having consent (3.1.1)",),
        summary=("They said yes, then changed their mind", "There is no consent to rely on"),
    ),
    Situation(
        "a parent asks what we hold",
        (
            *("No", "No", "No", "No", "No", SOMEBODY_ASKS, "No, not asked", "No"),
            *("No, there is another reason I can share", "Yes, a power (may)", "Child under 13"),
            *(Ticks("None of these"), "Neither would do harm", *CLEAR, "No", Send()),
        ),
        told=NOBODY,
        advice=("ASKED",),
        says=(HOLD_TITLE, "Do not say whether we hold anything.", "your reason are kept", "call 999 first"),
        never=("do not share", "I have told"),
    ),
    Situation(
        "not sure of anything",
        (NOT_SURE, NOT_SURE, NOT_SURE, NOT_SURE, NOT_SURE, NOT_SURE, Ticks(NOT_SURE), Press("Stop for now")),
        told=ONLY_INDEPENDENT,
        push="urgent, answer by 10:15",
        advice=("BASICS", "LOW_LEVEL", "LEADS_LEFT_OUT"),
        says=("*I have told Independent contact*", "call 999 first", THE_LADO, NOT_KNOWN),
        never=("I have told Lead", ASK_CONSENT),
        page=("speak to you now", "7 not sure", "Talk about it with nobody else."),
        summary=("- danger right now", "Independent contact: 020 7946 0104"),
        later=((16, ONLY_INDEPENDENT), (31, ONLY_INDEPENDENT), (180, ONLY_INDEPENDENT)),
    ),
)
