"""What answers lead to: outcomes, things to sort out, things to do, in the words the leads sign off."""

from flows.model import Ending, Outcome, Urgency

FIXES = {
    "CONSENT": "Ask for consent, from {consent_from}: you said it is needed and safe to ask",
    "CONSENT_RECORD": "Write down the consent: who, when, what for",
    "UNDERSTAND": "Explain again what could follow; until then act as if there is no yes",
    "AMOUNT": "List the minimum that is needed",
    "FACT_OPINION": "Separate fact from opinion",
    "SOURCE": "Check with the source if safe and quick",
    "PERSON": "Ring them back on a number you know, to be sure who it is",
    "SECURE": "Choose a secure route",
    "CONFIDENTIAL": "Tell them to keep it private",
    "USE": "Ask what they will use it for",
    "BASIS": "Say why you can share without a yes; {told} will help",
}
"""What to sort out before anything is shared."""

FIXES_WHEN_SHARED = {
    "CONSENT": "Nobody was asked for consent: {told} will say whether and when to ask",
    "CONSENT_RECORD": "Write down the consent: who, when, what for",
    "UNDERSTAND": "They may not have known what could follow: tell {told}",
    "AMOUNT": "More, or less, may have gone out than was needed: tell {told}",
    "FACT_OPINION": "Fact and opinion went out mixed: tell {told}, who may correct it with them",
    "SOURCE": "It was not checked first: tell {told}, and do not check now",
    "PERSON": "Who got it was not confirmed: tell {told} at once if it may be the wrong person",
    "SECURE": "It did not go in a secure way: tell {told}",
    "CONFIDENTIAL": "They may not know that it is private: {told} will say how to tell them",
    "USE": "Ask {told} what they will use it for",
    "BASIS": "Say why it could be shared without a yes; {told} will help",
}
"""The same for information that was already shared."""

CONSENT_FROM = {
    "child_under_13": "a parent or whoever has parental responsibility",
    "young_person_13_15": (
        "the young person if they understand, otherwise a parent or whoever has parental responsibility"
    ),
    "young_person_16_17": "the young person",
    "adult": "the adult",
    "several": "each of them",
}
"""Whose consent is needed, by the answer to 3.1.5."""

TASKS = {
    "TELL_CONFIDENTIAL": "Tell the recipient it is confidential, and who else may see it",
    "TELL_PERSON": "Tell the person it was shared, when a lead agrees it is safe",
    "RECORD": "Record what was shared, with whom and why",
}
"""What to do when or after sharing."""

ENDINGS = {
    Outcome.EMERGENCY: Ending(
        page=True,
        urgency=Urgency.P0,
        words=(
            "Call 999 now. I have told {told}. Stay with the person if it is safe. Do not wait for anyone "
            "here before you call."
        ),
        claim="I have told {told}",
        pending="I am telling {told} now",
    ),
    Outcome.CONSULT_URGENT: Ending(
        page=True,
        urgency=Urgency.P1,
        words=(
            "Speak to {told} now. I have asked them to answer - ring them too: {phone}. If you cannot reach "
            "anyone, or it cannot wait, ring social care yourself ({social_care_now}), or 999 in an "
            "emergency."
        ),
        claim="I have asked them to answer",
        pending="I am asking them to answer now",
    ),
    Outcome.CONSULT: Ending(
        page=True,
        urgency=Urgency.P2,
        calm_urgency=Urgency.P3,
        words=("Talk to {told} before anything is shared. I have told them. You are not deciding this alone."),
        words_when_shared=(
            "Talk to {told} before anything more is shared. I have told them. You are not deciding this alone."
        ),
        claim="I have told them",
        pending="I am telling them now",
    ),
    Outcome.CONSULT_READY: Ending(
        page=True,
        urgency=Urgency.P2,
        calm_urgency=Urgency.P3,
        words=("Your answers support sharing. Agree the plan with {told} first (policy 4.2). I have told them."),
        claim="I have told them",
        pending="I am telling them now",
    ),
    Outcome.FIX_FIRST: Ending(
        page=False,
        urgency=Urgency.NONE,
        words=(
            "Not ready yet. Sort these out, then reopen this check: {fixes}. If anything changes or worries "
            "you, press Ask a lead."
        ),
        words_without_fixes=(
            "Not ready yet. When you have sorted out what you need to, reopen this check. If anything "
            "changes or worries you, press Ask a lead."
        ),
    ),
    Outcome.HOLD: Ending(
        page=False,
        urgency=Urgency.NONE,
        words=(
            "Keep this confidential for now. Your answers and your reason are kept, and {told} can see them. "
            "If anything changes or worries you, press Ask a lead - you do not need a reason."
        ),
    ),
}
"""What each outcome says to the person who asked."""
