"""The policy's checklist, in the order a person reads it.

Section 3 of the Information Sharing Policy is 17 questions; each stands here with the policy's own
words beside ours. Seven safety questions (S1-S7) come first: the policy has none about an emergency,
a conflict, a risk or the kind of worry, so they are ours and say so. The judgement of clause 4.2 comes last.

The safeguarding leads sign off the words in docs/checklist.md, which is made from this file,
flows/outcomes.py and flows/advice.py.
"""

from flows.advice import ADVICE
from flows.model import (
    PEOPLE,
    Checklist,
    Choose,
    Consent,
    Level,
    LevelBelow,
    Option,
    PastTense,
    Question,
    answered,
)
from flows.outcomes import CONSENT_FROM, ENDINGS, FIXES, FIXES_WHEN_SHARED, TASKS

CONSENT_GIVEN = answered("3.1.1", "yes_recorded", "yes_not_recorded")
ALREADY_SHARED = answered("S6", "yes_emergency", "yes_other", "gone_wrong")

QUESTIONS = (
    Question(
        id="S1",
        clause="added for safety, not policy text",
        topic="danger right now",
        ask="Is anyone in danger right now, or badly hurt or ill?",
        help="If yes or in doubt: call 999 now. Do not finish this form first.",
        options=(
            Option("yes", "Yes", level=Level.EMERGENCY, say=("999",)),
            Option("no", "No"),
            Option("not_sure", "Not sure", level=Level.CONSULT_URGENT, say=("999",), unsure=True),
        ),
    ),
    Question(
        id="S2",
        clause="added for safety, not policy text",
        topic="the safeguarding leads",
        ask="Is this about one of our safeguarding leads, or someone close to them?",
        help=(
            "Your answer decides who is told. A lead you leave out is not told, now or later, and cannot "
            "open the record. If you are not sure, only the independent contact is told."
        ),
        choose=Choose.PEOPLE,
        options=(
            Option("no", "No"),
            Option(PEOPLE, "Yes - choose who to leave out (one or more leads)", conflict=True),
            Option("not_sure", "Not sure", conflict=True, unsure=True),
        ),
    ),
    Question(
        id="S3",
        clause="added for safety, not policy text",
        topic="how an adult behaved",
        ask=(
            "Is this about what an adult who works or volunteers with children did or said? (Ours, a "
            "school's, anyone's.)"
        ),
        help="Do not speak to that adult about it. Small worries count too: report them.",
        options=(
            Option("none", "No"),
            Option(
                "harm",
                "Yes - may have harmed a child or may be a risk to children",
                level=Level.CONSULT_URGENT,
                allegation=True,
                say=("LADO",),
                advice=("ALLEGATION",),
            ),
            Option(
                "low_level",
                "Yes - conduct that worries me, no harm that I know of",
                level=Level.CONSULT,
                allegation=True,
                say=("LADO",),
                advice=("LOW_LEVEL",),
            ),
            Option(
                "not_sure",
                "Not sure",
                level=Level.CONSULT,
                allegation=True,
                unsure=True,
                say=("LADO",),
                advice=("LOW_LEVEL",),
            ),
        ),
    ),
    Question(
        id="S4",
        clause="added for safety, not policy text",
        topic="harm or risk of harm",
        ask="Could a child, young person or adult be suffering harm, or be at risk of it?",
        help=(
            "Harm can be abuse, neglect, self-harm, or being used or groomed. It can come from family, other "
            "children or people online. You do not need proof."
        ),
        options=(
            Option("yes", "Yes", level=Level.CONSULT_URGENT, risk=True, advice=("BASICS",)),
            Option("possibly", "Possibly", level=Level.CONSULT, risk=True, advice=("BASICS",)),
            Option("no", "No"),
            Option("not_sure", "Not sure", level=Level.CONSULT, risk=True, unsure=True, advice=("BASICS",)),
        ),
    ),
    Question(
        id="S5",
        clause="added for safety, not policy text",
        topic="something needed today",
        ask="Does something need to happen today, for example before they go home?",
        help=("Think: who will they be with tonight? Could evidence or contact with them be lost?"),
        asked_when=answered("S4", "possibly", "not_sure"),
        options=(
            Option("yes", "Yes", level=Level.CONSULT_URGENT),
            Option("no", "No"),
            Option("not_sure", "Not sure", level=Level.CONSULT_URGENT, unsure=True),
        ),
    ),
    Question(
        id="S6",
        clause="added for safety, not policy text",
        topic="whether it was already shared",
        ask="Has any of this already been shared outside Social Sense?",
        help=(
            "Calling 999 or social care in an emergency was right. If it went to the wrong person or place, "
            "say so: a lead helps you now. Nobody will blame you."
        ),
        options=(
            Option("no", "No"),
            Option("yes_emergency", "Yes, in an emergency", level=Level.CONSULT, shared=True),
            Option("yes_other", "Yes, otherwise", level=Level.CONSULT, shared=True),
            Option(
                "gone_wrong",
                "Yes, and it may have gone to the wrong person or place",
                level=Level.CONSULT_URGENT,
                shared=True,
                breach=True,
                advice=("BREACH", "WRONG_RECIPIENT"),
            ),
            Option("not_sure", "Not sure", level=Level.CONSULT, unsure=True),
        ),
    ),
    Question(
        id="S7",
        clause="added for safety, not policy text",
        topic="the kind of worry",
        ask="Is any of this part of it? (tick all that fit)",
        help="This tells me which advice to give you. If none fits, tick None of these.",
        choose=Choose.ANY,
        options=(
            Option(
                "image",
                "A nude or sexual picture or video of a child",
                level=Level.CONSULT_URGENT,
                risk=True,
                advice=("BASICS", "IMAGE"),
            ),
            Option(
                "sexual",
                "Sexual abuse or exploitation, online too",
                level=Level.CONSULT_URGENT,
                risk=True,
                advice=("BASICS", "SEXUAL"),
            ),
            Option(
                "self_harm",
                "Someone may hurt themselves",
                level=Level.CONSULT_URGENT,
                risk=True,
                advice=("BASICS", "SELF_HARM"),
            ),
            Option(
                "cutting_or_forced_marriage",
                "Cutting (FGM) or a forced marriage",
                level=Level.CONSULT_URGENT,
                risk=True,
                hold_informing=True,
                say=("do not tell",),
                advice=("BASICS", "CUTTING"),
            ),
            Option(
                "extreme_views",
                "Being drawn into violent or extreme views",
                level=Level.CONSULT,
                risk=True,
                advice=("BASICS", "EXTREME"),
            ),
            Option(
                "adult_at_risk",
                "Abuse of an adult, or violence at home",
                level=Level.CONSULT,
                risk=True,
                advice=("BASICS", "ADULT"),
            ),
            Option(
                "someone_asks", "Police, a parent, the press or someone else is asking us for it", advice=("ASKED",)
            ),
            Option("none", "None of these"),
            Option("not_sure", "Not sure", level=Level.CONSULT, unsure=True),
        ),
    ),
    Question(
        id="3.1.1",
        clause="3.1 bullet 1",
        topic="having consent",
        policy_words="Do I already have informed consent to share this information?",
        ask="Do you already have informed consent to share this?",
        help=(
            "Informed means they know what will be shared, with whom, why, and what could follow. A general "
            "sign-up form is rarely enough."
        ),
        options=(
            Option("yes_recorded", "Yes, and it is written down", consent=Consent.GIVEN),
            Option("yes_not_recorded", "Yes, but not written down", consent=Consent.GIVEN, fix="CONSENT_RECORD"),
            Option("asked_refused", "I asked and they said no", consent=Consent.REFUSED),
            Option("withdrawn", "They said yes, then changed their mind", consent=Consent.REFUSED),
            Option("no_not_asked", "No, not asked", consent=Consent.NONE),
            Option("not_sure", "Not sure", level=Level.CONSULT, consent=Consent.NONE, unsure=True),
        ),
    ),
    Question(
        id="3.1.2",
        clause="3.1 bullet 2",
        topic="sensitive information",
        policy_words="Is the information sensitive personal information?",
        ask="Is it very private? (The law calls this sensitive.)",
        help=(
            "It is if it is about health, race, faith, beliefs, sex life, body data such as prints, or "
            "crime. If you are worried for someone, say Yes."
        ),
        options=(
            Option("yes", "Yes", sensitive=True),
            Option("no", "No"),
            Option("not_sure", "Not sure", level=Level.CONSULT, sensitive=True, unsure=True),
        ),
    ),
    Question(
        id="3.1.3",
        clause="3.1 bullet 3",
        topic="needing consent",
        policy_words="Do I need consent to share the information?",
        ask="Do you need consent to share it?",
        help=(
            "If someone may be at risk of harm you do not need consent to tell a lead, social care or the "
            "police. Consent is for sharing that is a free choice."
        ),
        asked_when=~CONSENT_GIVEN,
        options=(
            Option("yes", "Yes, this sharing is optional for them", need_consent="yes"),
            Option("no", "No, there is another reason I can share", need_consent="no"),
            Option("not_sure", "Not sure", level=Level.CONSULT, unsure=True, need_consent="not_sure"),
        ),
    ),
    Question(
        id="3.1.4",
        clause="3.1 bullet 4",
        topic="a legal duty or power",
        policy_words="Have I a legal duty or power to share the information?",
        ask="Do you have a legal duty or power to share it?",
        help=(
            "A duty means you must: a court order, or a formal request from the council. A power means you "
            "may: the law lets you share to keep a child, or an adult at risk, safe."
        ),
        options=(
            Option("yes_duty", "Yes, a duty (must)", level=Level.CONSULT, duty=True),
            Option("yes_power", "Yes, a power (may)"),
            Option("no", "No"),
            Option("not_sure", "Not sure", level=Level.CONSULT, unsure=True),
        ),
    ),
    Question(
        id="3.1.5",
        clause="3.1 bullet 5",
        topic="whose information it is",
        policy_words="If consent is needed, whose consent is needed? Whose information is this?",
        ask="Whose information is this? (If consent is needed: whose consent?)",
        help=(
            "A young person who understands can decide, often from about 12 or 13. If not, a parent or "
            "whoever has parental responsibility does. Adults decide for themselves, unless they cannot "
            "weigh it up."
        ),
        options=(
            Option("child_under_13", "Child under 13"),
            Option("young_person_13_15", "Young person 13-15"),
            Option("young_person_16_17", "Young person 16-17"),
            Option("adult", "Adult", adult=True),
            Option("adult_may_not_decide", "Adult who may not be able to decide", level=Level.CONSULT, adult=True),
            Option("several", "More than one person"),
            Option("not_sure", "Not sure", level=Level.CONSULT, unsure=True),
        ),
    ),
    Question(
        id="3.1.6",
        clause="3.1 bullet 6",
        topic="what asking or telling could do",
        policy_words=(
            "Would seeking consent or informing the child, young person or adult that information will be or "
            "has been shared place someone at risk, prejudice a police investigation, or lead to "
            "unjustifiable delay?"
        ),
        ask="If you asked for consent, or told them, could it do any of these? (tick all)",
        help=(
            "If you tick anything, do not ask and do not tell them or the family yet. A safeguarding lead "
            "will decide with you when and how."
        ),
        choose=Choose.ANY,
        options=(
            Option(
                "someone_at_risk",
                "Put someone at risk",
                level=Level.CONSULT_URGENT,
                hold_informing=True,
                say=("do not tell",),
            ),
            Option(
                "police_investigation",
                "Get in the way of a police investigation",
                level=Level.CONSULT_URGENT,
                hold_informing=True,
                say=("do not tell",),
            ),
            Option(
                "unjustifiable_delay",
                "Cause a delay that cannot be justified",
                level=Level.CONSULT_URGENT,
                hold_informing=True,
                say=("do not tell",),
            ),
            Option("none", "None of these"),
            Option("not_sure", "Not sure", level=Level.CONSULT, unsure=True, hold_informing=True, say=("do not tell",)),
        ),
    ),
    Question(
        id="3.1.7",
        clause="3.1 bullet 7",
        topic="understanding what could follow",
        policy_words=(
            "Does the person who is giving consent understand the possible results of sharing the information?"
        ),
        ask="Do they know what may happen if they say yes?",
        help=("Could they tell you in their own words who will know and what might follow? Did anyone pressure them?"),
        asked_when=CONSENT_GIVEN,
        options=(
            Option("yes", "Yes", understood=True),
            Option("partly", "Partly", fix="UNDERSTAND"),
            Option("no", "No", fix="UNDERSTAND"),
            Option("not_sure", "Not sure", level=Level.CONSULT, unsure=True, fix="UNDERSTAND"),
        ),
    ),
    Question(
        id="3.1.8",
        clause="3.1 bullet 8",
        topic="which would do more harm",
        policy_words=(
            "Would sharing the information without consent cause more harm than not sharing the information?"
        ),
        ask="Which would do more harm: sharing without consent, or not sharing?",
        help=("Think of the child or adult first, then others. If it could go either way, choose Not sure."),
        asked_when=~(CONSENT_GIVEN & answered("3.1.7", "yes")),
        options=(
            Option("not_sharing_worse", "NOT sharing would do more harm", level=Level.CONSULT),
            Option("sharing_worse", "SHARING would do more harm", sharing_worse=True),
            Option("neither", "Neither would do harm"),
            Option("about_equal", "Both would do harm, about the same", level=Level.CONSULT, unsure=True),
            Option("not_sure", "Not sure", level=Level.CONSULT, unsure=True),
        ),
    ),
    Question(
        id="3.2.1",
        clause="3.2 bullet 1",
        topic="how much to share",
        policy_words="How much information is it necessary to share in this situation?",
        ask="How much do you need to share?",
        help=("Enough to keep the person safe, and no more. Leave out other people unless they matter to the risk."),
        when_already_shared=PastTense(
            ask="How much was shared?",
            help="Enough to keep the person safe, and no more, is right.",
            labels={
                "only_what_is_needed": "Only what was needed",
                "too_much": "Probably more than needed",
                "too_little": "Maybe not enough",
            },
        ),
        options=(
            Option("only_what_is_needed", "Only what is needed - I can list it"),
            Option("too_much", "Probably more than needed", fix="AMOUNT"),
            Option("too_little", "Maybe not enough", fix="AMOUNT"),
            Option("not_sure", "Not sure", level=Level.CONSULT, unsure=True),
        ),
    ),
    Question(
        id="3.2.2",
        clause="3.2 bullet 2",
        topic="fact and opinion",
        policy_words="Have I distinguished between fact and opinion?",
        ask="Have you separated what you saw or heard from what you think?",
        help="Use the person's own words. Put your view after 'I think' and say why.",
        when_already_shared=PastTense(
            ask="Did you keep what you saw or heard apart from what you think?",
            help="Use the person's own words. Put your view after 'I think' and say why.",
            labels={"no": "No"},
        ),
        options=(
            Option("yes", "Yes"),
            Option("no", "Not yet", fix="FACT_OPINION"),
            Option("not_sure", "Not sure", level=Level.CONSULT, unsure=True),
        ),
    ),
    Question(
        id="3.2.3",
        clause="3.2 bullet 3",
        topic="checking with the source",
        policy_words=(
            "Do I need to check with someone else who told me this information, or wrote this report, before "
            "I share it?"
        ),
        ask="Do you need to check first with whoever told you, or wrote it?",
        help=("Check only if it is safe and quick. Never delay telling a safeguarding lead to do this."),
        when_already_shared=PastTense(
            ask="Did you need to check first with whoever told you, or wrote it?",
            help="Do not check now without a lead.",
            labels={"checked": "Yes, and I had checked", "not_checked": "Yes, and I had not checked"},
        ),
        options=(
            Option("no_first_hand", "No, I saw or heard it myself"),
            Option("told_no_need", "No, I was told it and there is nothing to check"),
            Option("checked", "Yes, and I have checked"),
            Option("not_checked", "Yes, not checked yet", fix="SOURCE"),
            Option("cannot_check", "I cannot check (anonymous, or they cannot be reached)", level=Level.CONSULT),
            Option(
                "unsafe_to_check",
                "Checking could put someone at risk",
                level=Level.CONSULT,
                hold_informing=True,
                protect_source=True,
                say=("do not tell",),
            ),
            Option("not_sure", "Not sure", level=Level.CONSULT, unsure=True),
        ),
    ),
    Question(
        id="3.3.1",
        clause="3.3 bullet 1",
        topic="the right person",
        policy_words="Am I giving this information to the right person?",
        ask="Is this the right person to give it to?",
        help=(
            "Someone whose job is to keep the person safe. Confirm who they are using a number you already "
            "have, not one they gave you."
        ),
        when_already_shared=PastTense(
            ask="Did it go to the right person?",
            help=("Someone whose job is to keep the person safe, and who is who they say they are."),
            labels={"yes_confirmed": "Yes, and I had confirmed who they are", "not_sure": "Not sure"},
        ),
        options=(
            Option("yes_confirmed", "Yes, I have confirmed who they are"),
            Option("think_so", "I think so, not confirmed", fix="PERSON"),
            Option("no", "No", fix="PERSON", bad_recipient=True),
            Option("not_sure", "Not sure / not chosen yet", level=Level.CONSULT, unsure=True),
        ),
    ),
    Question(
        id="3.3.2",
        clause="3.3 bullet 2",
        topic="a secure way",
        policy_words="Am I sharing this information in a secure way?",
        ask="Is it going in a secure way?",
        help=(
            "Phone or face to face is best when urgent. Otherwise an approved encrypted route. Not Slack, "
            "text or personal email."
        ),
        when_already_shared=PastTense(
            ask="Did it go in a secure way?",
            help=("Phone, face to face, or an approved encrypted route. Not Slack, text or personal email."),
        ),
        options=(
            Option("yes", "Yes"),
            Option("no", "No", fix="SECURE", insecure=True),
            Option("not_sure", "Not sure", level=Level.CONSULT, unsure=True),
        ),
    ),
    Question(
        id="3.3.3",
        clause="3.3 bullet 3",
        topic="knowing it is confidential",
        policy_words="Does the person I am giving it to know that it is confidential?",
        ask="Do they know it is confidential?",
        help="Say so, say who else may see it, and mark it Confidential.",
        when_already_shared=PastTense(
            ask="Do they know it is confidential?",
            help="If not, a lead will say how to tell them.",
        ),
        options=(
            Option("yes", "Yes"),
            Option("will_tell_them", "Not yet, I will tell them", task="TELL_CONFIDENTIAL"),
            Option("no", "No", fix="CONFIDENTIAL"),
            Option("not_sure", "Not sure", level=Level.CONSULT, unsure=True),
        ),
    ),
    Question(
        id="3.3.4",
        clause="3.3 bullet 4",
        topic="what they will do with it",
        policy_words="What will they do with it?",
        ask="Do you know what they will do with it?",
        help="They should use it to protect or help the person, and keep it safe.",
        when_already_shared=PastTense(
            ask="Do you know what they will do with it?",
            help="They should use it to protect or help the person, and keep it safe.",
        ),
        options=(
            Option("known_ok", "Yes, and it is right"),
            Option("not_known", "I have not asked", fix="USE"),
            Option("worried", "I am worried how they will use it", level=Level.CONSULT),
            Option("not_sure", "Not sure", level=Level.CONSULT, unsure=True),
        ),
    ),
    Question(
        id="3.4.1",
        clause="3.4 bullet 1",
        topic="the person knowing",
        policy_words=(
            "Is the service user aware that the information has been shared (where this would not place "
            "someone at risk or prejudice a police investigation)?"
        ),
        ask="Does the person know it has been shared?",
        help=("Telling them is the default, unless it could put someone at risk or get in the way of the police."),
        asked_when=ALREADY_SHARED,
        after_sharing=True,
        options=(
            Option("yes_told", "Yes"),
            Option(
                "no_unsafe",
                "No, telling them would be unsafe or affect the police",
                hold_informing=True,
                say=("do not tell",),
            ),
            Option("no_should_tell", "No, but they should be told", task="TELL_PERSON"),
            Option("not_sure", "Not sure", level=Level.CONSULT, unsure=True, hold_informing=True, say=("do not tell",)),
        ),
    ),
    Question(
        id="3.4.2",
        clause="3.4 bullet 2",
        topic="the record of what was shared",
        policy_words="Have I recorded what has been shared with who and why on case records.",
        ask="Have you recorded what was shared, with whom and why?",
        help="If not, I will take it now: what, with whom, why, when, how.",
        asked_when=ALREADY_SHARED,
        after_sharing=True,
        options=(
            Option("yes", "Yes"),
            Option("not_yet", "Not yet", task="RECORD"),
            Option("not_sure", "Not sure", level=Level.CONSULT, unsure=True, task="RECORD"),
        ),
    ),
    Question(
        id="4.2",
        clause="4.2",
        topic="whether sharing would be best",
        policy_words=(
            "If it has been determined that sharing information further would be best for the child, young "
            "person or adult, the staff member or volunteer should consult with the Designated Safeguarding "
            "Leads ({leads}). Together they will determine a plan for communicating with the student, "
            "contacting the appropriate professionals, and if appropriate, the parent/carer."
        ),
        ask=(
            "Having been through the checklist: would sharing this further be best for the child, young "
            "person or adult?"
        ),
        help=(
            "You do not have to be certain. If you say yes or are not sure, a safeguarding lead works out "
            "the plan with you."
        ),
        asked_when=LevelBelow(Level.CONSULT_URGENT),
        when_already_shared=PastTense(
            ask=(
                "Having been through the checklist: would sharing this further, or again, be best for the child, "
                "young person or adult?"
            ),
            help=(
                "You do not have to be certain. If you say yes or are not sure, a safeguarding lead works out "
                "the plan with you."
            ),
        ),
        options=(
            Option("yes", "Yes", level=Level.CONSULT),
            Option("not_yet", "Not yet, I need to sort something first"),
            Option("no", "No"),
            Option("not_sure", "Not sure", level=Level.CONSULT, unsure=True),
        ),
    ),
)

CHECKLIST = Checklist(
    questions=QUESTIONS,
    fixes=FIXES,
    tasks=TASKS,
    endings=ENDINGS,
    advice=ADVICE,
    consent_from=CONSENT_FROM,
    fixes_when_shared=FIXES_WHEN_SHARED,
)
