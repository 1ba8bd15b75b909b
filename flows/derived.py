"""The rules that look at more than one answer, and what each effect means, in words for the leads.

flows/engine applies them; docs/checklist.md prints them beside the questions.
"""

EFFECTS = {
    "level": "raises the level to at least this; the level never falls",
    "unsure": "a 'not sure' of any kind: raises the level to at least CONSULT",
    "fix": "something to sort out before anything is shared",
    "task": "something to do when or after sharing",
    "hold_informing": "do not ask for consent and do not tell the person or family yet",
    "protect_source": "do not reveal who raised it",
    "risk": "someone may be at risk of harm: S4 not 'no', or a kind of worry ticked in S7",
    "allegation": "about the conduct of an adult who works with children (LADO guidance shown)",
    "conflict": (
        "paging leaves out the named leads and adds the independent contact; not_sure pages the "
        "independent contact alone"
    ),
    "consent": "given | refused | none",
    "need_consent": "yes | no | not_sure",
    "understood": "consent is understood",
    "sensitive": "special category or criminal data",
    "duty": "a legal duty to share",
    "sharing_worse": "sharing would do more harm",
    "shared": "already shared outside the organisation",
    "bad_recipient": "wrong recipient",
    "insecure": "insecure route",
    "say": "guidance the outcome must carry: 999, LADO, do not tell",
    "adult": "the information is an adult's: the adult's words and services are used",
    "breach": "it may have gone to the wrong person or place: a possible personal data breach",
    "advice": "ids of the advice (below) that this answer calls up",
}
"""What each effect of an answer means."""

DERIVED = (
    "unsure: any not_sure or about_equal answer raises the level to at least CONSULT",
    ("risk: S4 is yes, possibly or not_sure, or a ticked option of S7 has the effect risk"),
    (
        "worry: risk, or S3 is not none, or S7 is not_sure, or S4 or S7 has not been answered yet "
        "(stopped early, or Ask a lead before it). What is not known counts as worry"
    ),
    (
        "shared: S6 is yes_emergency, yes_other or gone_wrong; not known (null) where S6 is not_sure or "
        "not answered. breach: S6 is gone_wrong, or shared and (3.3.1 is no or 3.3.2 is no); a breach "
        "raises the level to CONSULT_URGENT at the answer that shows it"
    ),
    (
        "valid consent: 3.1.1 is yes_recorded or yes_not_recorded, and 3.1.7 is yes. consent refused: "
        "3.1.1 is asked_refused or withdrawn"
    ),
    (
        "raw fixes: those of the chosen options, and CONSENT and BASIS below. Shown fixes leave out "
        "SOURCE and UNDERSTAND where there is risk or something holds informing: finding out more, and "
        "explaining again, are then a lead's work, not the reporter's"
    ),
    (
        "fix CONSENT: 3.1.3 is yes, no valid consent, no risk, 3.1.6 is answered none and nothing holds "
        "informing, consent not refused, and 3.1.5 is not adult_may_not_decide or not_sure. Its words "
        "say whose, by 3.1.5 (see consent_from)"
    ),
    "fix BASIS: no valid consent, 3.1.3 is no, 3.1.4 is no, no risk",
    (
        "say 'you do not need consent to talk to a lead or, where a child or an adult may be at risk, to "
        "tell social care or the police': risk, and no valid consent"
    ),
    (
        "ready: 4.2 is yes, no raw fix, nothing unsure, not shared, 3.1.5 is not adult_may_not_decide, "
        "3.1.8 is not sharing_worse, 3.3.4 is not worried, 3.2.3 is not cannot_check, consent not "
        "refused, and not (3.1.3 is yes without valid consent)"
    ),
    (
        "outcome: the level where it is CONSULT_URGENT or EMERGENCY; else by 4.2: yes gives "
        "CONSULT_READY if ready, otherwise CONSULT; otherwise CONSULT if the level is CONSULT; else "
        "not_yet gives FIX_FIRST and no gives HOLD"
    ),
    (
        "urgency: EMERGENCY P0; CONSULT_URGENT P1; CONSULT and CONSULT_READY P2 where there is worry, P3 "
        "where there is none; FIX_FIRST, HOLD and UNFINISHED none"
    ),
    (
        "stopped part-way: at CONSULT or above the leads are told what is known; at NONE the reporter "
        "gets a reminder only"
    ),
    ("answers differ: S4 is no, and 3.1.6 says someone_at_risk or S7 has a ticked option with the effect risk"),
    (
        "advice: the ids called up by the chosen options, in the order of the table below; BASICS also "
        "where the level is CONSULT_URGENT or above for any reason but a breach; LEADS_LEFT_OUT where S2 "
        "leaves out every lead or is not_sure; ADULT also where there is risk and 3.1.5 is adult or "
        "adult_may_not_decide; BREACH also where breach comes from 3.3.1 or 3.3.2, and WRONG_RECIPIENT "
        "where it comes from 3.3.1"
    ),
)
"""The rules that look at more than one answer."""
