"""The advice that answers call up, in the order it is read (docs/rules.md, "Outcomes").

The same words stand on the page moment, Stop, the outcome, the lead's summary and the paper sheet.
The safeguarding leads sign them off in docs/checklist.md.
"""

from flows.model import Advice

ADVICE = (
    Advice(
        "BASICS",
        when="risk, or the level is CONSULT_URGENT or above for any reason but a breach",
        words=(
            "While you wait: listen. Do not question them. Do not promise to keep it secret. Do not tell the "
            "family, or whoever it is about. Write down their words and the time. If it is not safe for them "
            "to go home, say so when you ring."
        ),
    ),
    Advice(
        "IMAGE",
        when="S7 image",
        words=(
            "Do not look at, copy, print, save or send on the picture, and do not ask a child to show or "
            "send it. That is against the law, even to show {told}. If you saw it by accident, tell {told}. "
            "Leave the phone as it is."
        ),
    ),
    Advice(
        "SEXUAL",
        when="S7 sexual",
        words=(
            "Keep them safe from whoever it is, and do not ask for details. Washing or changing clothes can "
            "wait if they agree. {told} will help you today with who must be told."
        ),
    ),
    Advice(
        "SELF_HARM",
        when="S7 self_harm",
        words=(
            "Do not leave them alone. Ask if they are safe now. If they may act on it, or have taken "
            "something, ring 999. If not, ring NHS 111 and choose mental health, any hour."
        ),
    ),
    Advice(
        "CUTTING",
        when="S7 cutting_or_forced_marriage",
        words=(
            "Do not tell the family, and do not ask them. Ring 999 if they may be taken away soon. A teacher "
            "who finds out that a girl was cut must tell the police on 101 themselves."
        ),
    ),
    Advice(
        "EXTREME",
        when="S7 extreme_views",
        words=(
            "This is about keeping someone safe. Do not argue, and do not look for more online. {told} will "
            "decide about Prevent. If there is danger now, ring 999."
        ),
    ),
    Advice(
        "ADULT",
        when="S7 adult_at_risk; or risk and 3.1.5 is adult or adult_may_not_decide",
        words=(
            "Adults decide for themselves if they can. Ask what they want, if it is safe and they are alone. "
            "{told} will help with what we may do against their wish. Adult social care: "
            "{adult_social_care}. Women and men who are hurt at home can ring 0808 2000 247 (women) or 0808 "
            "8010 327 (men)."
        ),
    ),
    Advice(
        "ALLEGATION",
        when="S3 harm",
        words=(
            "Do not speak to that adult about it, and do not look into it yourself. {told} will decide today "
            "whether to ring the LADO, within one working day. You can ring them too: {lado}."
        ),
    ),
    Advice(
        "LOW_LEVEL",
        when="S3 low_level or not_sure",
        words=(
            "Thank you for saying so. Small worries are kept and looked at together. {told} will decide "
            "whether the LADO needs to know."
        ),
    ),
    Advice(
        "LEADS_LEFT_OUT",
        when="S2 leaves out every lead, or is not_sure",
        words=(
            "Talk to {told}, and to nobody else at {organisation}, about this. No safeguarding lead has been "
            "told. You can ring social care or the LADO yourself: {social_care_now}; {lado}."
        ),
    ),
    Advice(
        "BREACH",
        when="breach",
        words=(
            "{told} can help you put this right{data_protection}: the law gives us 72 hours. Keep what you "
            "sent. Do not send it again."
        ),
    ),
    Advice(
        "WRONG_RECIPIENT",
        when="S6 gone_wrong, or shared and 3.3.1 is no",
        words=("Ask whoever got it not to read it or send it on, to delete it, and to tell you when it is done."),
    ),
    Advice(
        "ASKED",
        when="S7 someone_asks",
        words=(
            "Say that you will ring back. Take the name, and where they ring from. For the police: the force "
            "and the case number, then ring 101 and ask for them. To a parent you can say: I need to check "
            "what I may give you. Do not say whether we hold anything. Give nothing until you hear from "
            "{told}."
        ),
    ),
)

PLACEHOLDERS = {
    "{told}": (
        "names of the people who were told, joined with 'and'; before anybody is told, of those who "
        "would be (S2 counted). Never a role that may not have been told"
    ),
    "{social_care_now}": (
        "children's social care, or adult social care where 3.1.5 is an adult, day or out-of-hours "
        "number by the clock; of the school's council where the check names a school"
    ),
    "{csc} {edt} {adult_social_care} {lado} {phone}": (
        "numbers from organisation.toml; where one is not set, the words of rules.md, 'Numbers for now'"
    ),
    "{data_protection}": "', and the data protection lead' where that person was told, otherwise nothing",
    "{organisation} {leads} {fixes} {consent_from}": (
        "the organisation's name; the leads' names joined with 'or'; the shown fixes; the table below"
    ),
}
"""What is put in place of each placeholder; flows/engine/facts.py fills them."""
