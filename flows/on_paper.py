"""The words of the paper sheet: what a ticked option means, and what to do, where no bot can page anybody.

They say what flows/checklist.py says, with the phone in the bot's place. The safeguarding leads sign them off with the
rest of docs/checklist.md.
"""

from flows.model import Outcome

NOW = "phone a lead now"
BEFORE = "talk to a lead before anything is shared"
CALL = "call 999 now, then phone a lead"
SORT_OUT = "to sort out"
AGREE = "agree the plan with a lead first"
LATER = "do not tell them or the family yet"
OUTCOMES = {
    Outcome.EMERGENCY: (
        "Call 999 now. Stay with the person if it is safe. Do not wait for anyone here before calling. "
        "Then phone a lead: the numbers are on the first page."
    ),
    Outcome.CONSULT_URGENT: (
        "Speak to a safeguarding lead now: the numbers are on the first page. If you cannot reach one, or it cannot "
        "wait, ring social care yourself, a child's or an adult's: those numbers are there too. 999 in an emergency."
    ),
    Outcome.CONSULT: (
        "Talk to a safeguarding lead before anything is shared, and agree the plan with them (policy 4.2): phone "
        f'today. You are not deciding this alone. What is marked "{SORT_OUT}" can be sorted out meanwhile.'
    ),
    Outcome.FIX_FIRST: (
        f'Not ready yet. Write why at the end of this sheet. Sort out what is marked "{SORT_OUT}", then go through '
        "this again. If anything changes or worries you, phone a lead."
    ),
    Outcome.HOLD: (
        "Keep this confidential for now. Write why at the end of this sheet, and keep it: it is recorded when it is "
        "entered. If anything changes or worries you, phone a lead. You do not need a reason to."
    ),
}
"""What to do after each outcome. CONSULT_READY has none of its own: on paper it says the same as CONSULT."""
WHEN_SHARED = {Outcome.CONSULT: "Talk to a safeguarding lead before anything more is shared."}
"""What else an outcome says where the information has already gone out."""
REASON = "If you phoned nobody: why is this the right thing for now?"
"""Policy 2.9 wants the reason recorded; whoever enters the sheet is asked for it."""
