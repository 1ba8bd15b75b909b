"""Two minutes on each question: what staff should remember, and what to ask them in a meeting.

The leads' digest suggests these for the questions most often answered "not sure"; the staff digest gives the tip alone.
All of it says what the policy and the checklist say already; none of it comes from a check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Briefing:
    """tip: for everybody. ask: a question to put to staff, with what to listen for."""

    tip: str
    ask: str


BRIEFINGS: Mapping[str, Briefing] = {
    "S1": Briefing(
        "If you are in doubt whether somebody is in danger now, call 999 first. Nobody is ever blamed for calling.",
        'Ask: "What would make you call 999 before anything else?" Listen for: being in doubt is enough.',
    ),
    "S2": Briefing(
        "If a worry could be about a safeguarding lead, say so at the start. Whoever you leave out is not told.",
        'Ask: "Who can you turn to if it is about one of us?" Listen for: the independent contact.',
    ),
    "S3": Briefing(
        "A small worry about how an adult behaves with children counts too. Report it, and do not speak to that adult.",
        'Ask: "What is a low-level concern, and where does it go?" Listen for: to a lead, also when it seems small.',
    ),
    "S4": Briefing(
        "You do not need proof that somebody is at risk of harm. A worry is enough to ask a lead.",
        'Ask: "Which signs would make you say possibly?" Listen for: changes, what was said, what does not fit.',
    ),
    "S5": Briefing(
        "Think of tonight: who will they be with? If something must happen before they go home, say yes.",
        'Ask: "When can it not wait until tomorrow?" Listen for: who they go home to, what could be lost.',
    ),
    "S6": Briefing(
        "Calling 999 or social care in an emergency was right. If it went to the wrong person, say so: a lead helps.",
        'Ask: "An email went to the wrong person. What now?" Listen for: say so at once, nobody is blamed.',
    ),
    "S7": Briefing(
        "Tick what is part of it: you then get the advice that fits. Never look at, copy or send on a picture.",
        'Ask: "A pupil says there is a picture of them online. What do you do?" Listen for: do not ask to see it.',
    ),
    "3.1.1": Briefing(
        "Informed consent means that they know what is shared, with whom, why and what could follow. "
        "A sign-up form is rarely enough.",
        'Ask: "What would you say to somebody before they agree?" Listen for: what, with whom, why, what follows.',
    ),
    "3.1.2": Briefing(
        "Health, race, faith, beliefs, sex life and crime are sensitive. If you are worried for someone, say Yes.",
        'Ask: "Which of these is sensitive: an illness, an address, an arrest?" Listen for: all need care.',
    ),
    "3.1.3": Briefing(
        "You never need consent to talk to a lead, nor, where somebody may be at risk, to tell social care.",
        'Ask: "When is sharing a free choice for them?" Listen for: only then is consent the way.',
    ),
    "3.1.4": Briefing(
        "A duty means that you must share, such as a court order. A power means that you may, to protect somebody.",
        'Ask: "A letter says that you must share. What do you do?" Listen for: bring it to a lead, today.',
    ),
    "3.1.5": Briefing(
        "A young person who understands can decide, often from about 12 or 13. "
        "If not, a parent, or whoever has parental responsibility, does.",
        'Ask: "A 14 year old says not to tell their parents. Whose decision is it?" Listen for: do they understand?',
    ),
    "3.1.6": Briefing(
        "If asking or telling could put somebody at risk, do not ask and do not tell yet. Decide with a lead.",
        'Ask: "When could asking for consent make things worse?" Listen for: risk, the police, delay.',
    ),
    "3.1.7": Briefing(
        "Consent counts if they can say in their own words who will know and what could follow, unpressed.",
        'Ask: "How do you know that somebody understood?" Listen for: they explain it back.',
    ),
    "3.1.8": Briefing(
        "Think of the child or adult first: what if nobody else knows? If it could go either way, ask a lead.",
        'Ask: "Which harm comes from not sharing?" Listen for: harm that goes on, and help that comes too late.',
    ),
    "3.2.1": Briefing(
        "Share enough to keep the person safe, and no more. Leave out others unless they matter to the risk.",
        'Ask: "Make this account half as long. What stays?" Listen for: what the other person needs in order to act.',
    ),
    "3.2.2": Briefing(
        'Write what you saw and heard, in their own words. Put your view after "I think" and say why.',
        'Ask: "She was upset. Is that fact or opinion?" Listen for: what was seen that says so.',
    ),
    "3.2.3": Briefing(
        "Check with whoever told you only if it is safe and quick. Never wait with telling a lead in order to check.",
        'Ask: "When would checking be unsafe?" Listen for: the source could be harmed, or could warn somebody.',
    ),
    "3.3.1": Briefing(
        "To be sure who somebody is, ring a number you already have, and not one that they gave you.",
        'Ask: "A social worker rings and asks for details. What next?" Listen for: ring back through the switchboard.',
    ),
    "3.3.2": Briefing(
        "Phone or face to face is best when it is urgent. Otherwise an approved, encrypted way. "
        "Not Slack, text or private e-mail.",
        'Ask: "Which of our ways are approved?" Listen for: they can name one.',
    ),
    "3.3.3": Briefing(
        "Say that it is confidential, say who else may see it, and mark it Confidential.",
        'Ask: "Which words do you use?" Let two people say them aloud.',
    ),
    "3.3.4": Briefing(
        "Ask what they will do with it before you share. It should help or protect the person.",
        'Ask: "They will not say what it is for. Do you share?" Listen for: ask a lead first.',
    ),
    "3.4.1": Briefing(
        "Tell the person that it was shared, but not where that could put somebody at risk or hinder the police.",
        'Ask: "Who tells them, and when?" Listen for: it is agreed in the plan.',
    ),
    "3.4.2": Briefing(
        "Record what was shared, with whom, why, when and how. Do it the same day.",
        'Ask: "What would somebody need to find in five years?" Listen for: what, whom, why, when, how.',
    ),
    "4.2": Briefing(
        "You do not have to be certain that sharing is best. Yes or not sure brings a lead, who works it out with you.",
        'Ask: "What happens when you say not sure?" Listen for: a lead is asked; nothing is shared before.',
    ),
}
