"""Every way through the product, told once, with every box of every window filled in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from flows.events import EventKind
from sandbox.client.people import Person
from sandbox.state import visible_text
from tests import harness
from tests.attacks.canary import BORN, NUMBER, Marks, Typist
from tests.harness import CALM, CLEAR, CONSENT, HARM, LEADS, NO_CONSENT, POSSIBLY, Stage, card_of, opened, page_of
from tests.scenarios.test_breach import GONE_WRONG


@dataclass
class Story:
    """Every way through the product, each box filled with marks."""

    stage: Stage
    typist: Typist
    mark: Marks
    name: str = ""
    """Under which the first check is found again."""

    def window(self, person: Person, title: str, /, **choices: str | list[str]) -> None:
        """Wait for this window and fill all of it in."""
        opened(person, title)
        self.typist.fill(person, **choices)
        self.stage.settle()

    def by_lead(self, button: str, title: str, who: Person | None = None, **choices: str | list[str]) -> None:
        """A window of the leads' card."""
        self.stage.open(button, title, who)
        self.window(who or self.stage.lead_one, title, **choices)

    def tell(self) -> None:
        self.report()
        self.answer_a_request()
        self.work_on_it()
        self.plan_and_share()
        self.end_it()
        self.leave_somebody_out()
        self.nobody_answers()
        self.be_away()
        self.look_after_the_record()
        self.delete()
        self.break_confidence()

    def report(self) -> None:
        stage, staff = self.stage, self.stage.staff
        staff.command("/share-check", self.mark())
        staff.wait_for(lambda: harness.cards_of(staff))
        stage.answer(*POSSIBLY)
        stage.press("Add a note")
        self.window(staff, "Add a note")
        stage.answer(*NO_CONSENT, *CLEAR, "Yes")
        self.details(staff)
        stage.press("Check your answers")
        opened(staff, "Check your answers")
        staff.press("change.4.2", "modal")
        self.window(staff, "Change your answer", option="yes")
        opened(staff, "Check your answers")
        self.typist.fill(staff)
        stage.settle()
        message = stage.colleague.post("C0GENERAL", self.mark())
        stage.colleague.message_shortcut("check_before_sharing", message)
        stage.lead_one.post(LEADS, self.mark())
        stage.lead_one.post(LEADS, self.mark(), page_of(stage.lead_one, LEADS))

    def details(self, staff: Person) -> None:
        told = "Tell them what happened"
        title = told if told in staff.buttons(card_of(staff)) else "Add details"
        self.stage.press(title, staff)
        name = self.mark()
        self.name = self.name or name
        self.window(staff, title, person=f"{name} {BORN} {NUMBER}")

    def work_on_it(self) -> None:
        stage, staff = self.stage, self.stage.staff
        while stage.lead_one.modal:
            stage.lead_one.close(whole_stack=True)
        stage.lead()
        self.by_lead("Ask the staff member", "Ask the staff member")
        staff.press("Answer")
        self.window(staff, "Answer a question")
        self.by_lead("Add note", "Add note")
        self.by_lead("Remind me", "Remind me")
        for kind in (EventKind.CORRECTED, EventKind.DISPUTED):
            stage.open("Open", "Summary")
            stage.lead_one.press("Correct or dispute", "modal")
            self.window(stage.lead_one, "Correct or dispute", kind=kind)
            stage.lead_one.close(whole_stack=True)
        stage.press("Correct something")
        self.window(staff, "Correct or dispute")

    def plan_and_share(self) -> None:
        stage, staff = self.stage, self.stage.staff
        self.by_lead("Agree plan", "Agree plan: decision", decision="share")
        self.window(stage.lead_one, "Agree plan: three parts", **{"agency.state": "answered"})
        staff.press("I disagree")
        self.window(staff, "I disagree")
        self.by_lead("Another view", "Another view", stage.lead_two)
        self.by_lead("How they agreed", "How they agreed", agreed_how="differs")
        self.by_lead("Change plan", "Agree plan: decision", decision="share")
        self.window(stage.lead_one, "Agree plan: three parts")
        staff.press("See my part")
        self.window(staff, "The plan")
        self.window(staff, "After sharing")

    def end_it(self) -> None:
        stage, lead = self.stage, self.stage.lead_one
        stage.open("Close", "Not ready to close")
        lead.press("Update plan", "modal")
        opened(lead, "The plan's three parts")
        lead.press("Add an agency", "modal")
        self.window(lead, "An agency", state="answered")
        done = {f"{name}.status": "done" for name in ("student", "professionals", "parent")}
        self.window(lead, "The plan's three parts", **done)
        lead.close(whole_stack=True)
        stage.pass_time(minutes=2)
        self.agree_again()
        self.by_lead("Close", "Close this check")
        stage.staff.press("What you may know")
        opened(stage.staff, "What you may know")
        stage.staff.close()
        self.by_lead("Reopen", "Reopen")
        self.by_lead("Close", "Close this check")

    def agree_again(self) -> None:
        """Other words in the parts are another plan."""
        if "I agree" in self.stage.staff.buttons("dm"):
            self.stage.staff.press("I agree")
            self.stage.settle()

    def leave_somebody_out(self) -> None:
        """A check that a lead must not know of."""
        stage = self.stage
        stage.begin(stage.colleague)
        stage.answer("No", who=stage.colleague)
        stage.press(harness.LEAVE_OUT, stage.colleague)
        self.window(stage.colleague, "Leave someone out", people=["Lead two"])
        stage.answer(*HARM[2:], who=stage.colleague)
        self.details(stage.colleague)
        stage.open("Open", "Summary", stage.independent)
        stage.independent.close()

    def nobody_answers(self) -> None:
        """Asked again, by mail and by notification; then somebody leads."""
        for _ in range(4):
            self.stage.pass_time(minutes=16)
        who = self.stage.independent
        self.stage.lead(who)
        self.stage.open("Close", "Not ready to close", who)
        who.press("Nothing was shared", "modal")
        self.window(who, "Nothing was shared")
        who.close(whole_stack=True)

    def break_confidence(self) -> None:
        """What was shared went to the wrong person; the data protection lead writes what was done."""
        stage = self.stage
        protector = stage.workspace.person("U0DATA")
        stage.begin(stage.deputy)
        stage.answer("No", *GONE_WRONG, who=stage.deputy)
        stage.settle()
        protector.press("Open the breach")
        self.window(protector, "Breach")

    def be_away(self) -> None:
        stage = self.stage
        self.home(stage.lead_one)
        stage.lead_one.press("Set days away", "home")
        self.window(stage.lead_one, "Set days away")

    def home(self, person: Person) -> None:
        """The Home tab as it is now, with no window over it."""
        while person.modal:
            person.close(whole_stack=True)
        person.open_home()
        self.stage.settle()
        person.wait_for(lambda: person.home)

    def look_after_the_record(self) -> None:
        """Find it, hold it, export it."""
        lead = self.stage.lead_one
        self.find(lead)
        lead.press("Put on legal hold", "modal")
        self.window(lead, "Legal hold")
        self.find(lead)
        lead.press("Lift the hold", "modal")
        self.window(lead, "Lift the hold")
        self.find(lead)
        lead.press("Export", "modal")
        self.window(lead, "Export")
        lead.wait_for(lambda: lead.modal and lead.modal.title == "The file is made", 20)

    def find(self, lead: Person) -> None:
        self.home(lead)
        lead.press("Find a record", "home")
        self.window(lead, "Find a record", name=self.name, born=BORN, number=NUMBER)
        lead.press("Open", "modal")
        opened(lead, "Summary")

    def answer_a_request(self) -> None:
        stage, lead = self.stage, self.stage.lead_one
        self.home(lead)
        lead.press("Requests", "home")
        opened(lead, "Requests")
        lead.press("New request", "modal")
        today = stage.bot.services.clock.now().date().isoformat()
        self.window(lead, "New request", born=BORN, number=NUMBER, received=today)
        lead.press("Add a record", "modal")
        self.window(lead, "Add a record", ref=stage.checks()[0].ref)
        self.request()
        lead.press("Two months more", "modal")
        self.window(lead, "Two months more")
        self.request()
        while "Look through" in lead.buttons("modal"):
            self.look_through(lead)
            self.request()
        lead.press("Make the pack", "modal")
        self.window(lead, "Make the pack")
        lead.wait_for(lambda: lead.modal and lead.modal.title == "The file is made", 20)
        self.request()
        lead.press("Close the request", "modal")
        self.window(lead, "Close the request")

    def request(self) -> None:
        lead = self.stage.lead_one
        self.home(lead)
        lead.press("Requests", "home")
        opened(lead, "Requests")
        lead.press("Open", "modal")
        opened(lead, "Request")

    def look_through(self, lead: Person) -> None:
        """Every item of one record: the first left out, the second with a passage taken out, the others given."""
        lead.press("Look through", "modal")
        opened(lead, "Look through")
        number = 0
        while lead.modal and any(block["type"] == "input" for block in lead.modal.blocks):
            shown = visible_text.of_view(lead.modal)
            passage = "Canaryword" if number == 1 and "Canaryword" in shown else ""
            choice = "redact" if passage else "include" if number else "leave_out"
            before = lead.modal.hash
            self.typist.fill(lead, choice=choice, passages=passage)
            lead.wait_for(partial(_has_turned, lead, before))
            number += 1

    def delete(self) -> None:
        """Years later: one is kept with a reason, one is deleted."""
        stage, lead = self.stage, self.stage.lead_one
        for _ in range(2):
            stage.begin()
            stage.answer(*CALM, *CONSENT, *CLEAR, "No")
            self.details(stage.staff)
            stage.press("Check your answers")
            opened(stage.staff, "Check your answers")
            self.typist.fill(stage.staff)
            stage.settle()
        stage.pass_time(hours=24 * 400)
        stage.pass_time(hours=1)
        self.home(lead)
        lead.press("Due for deletion", "home")
        opened(lead, "Records to delete")
        view = lead.modal
        assert view is not None
        due = [str(block["block_id"]) for block in view.blocks if str(block.get("block_id")).startswith("decide.")]
        assert len(due) >= 2
        self.typist.fill(lead, **{due[0]: "delete", due[1]: "keep"}, **dict.fromkeys(due[2:], "keep"))
        opened(lead, "Delete for good?")
        self.typist.fill(lead)
        stage.settle()


def _has_turned(person: Person, before: str) -> bool:
    """Whether the window on screen shows something else."""
    return person.modal is None or person.modal.hash != before
