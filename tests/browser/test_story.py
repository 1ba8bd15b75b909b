"""The whole product as somebody meets it first: `share-check demo`, in a browser, with nothing else installed."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo_page import DESKTOP, PHONE, Seat, browsing, demo
from tests.harness import ANSWERED, CLEAR, HARM, NO_WORRY, POSSIBLY

Open = Callable[..., Page]
SMALLEST_TARGET = 44
"""Pixels; what a thumb needs."""


@pytest.fixture
def open_demo(chromium: str, tmp_path: Path) -> Iterator[Open]:
    """Start the demo and open its page, at the size asked for."""
    with ExitStack() as running:

        def opened(size: tuple[int, int] = DESKTOP) -> Page:
            url = running.enter_context(demo(tmp_path))
            return running.enter_context(browsing(chromium, url, size))

        yield opened


def no_complaints(page: Page) -> None:
    """Slack would have objected to nothing so far."""
    expect(page.get_by_text("Complaints")).to_have_count(0)


def test_a_check_goes_from_the_command_to_closed(open_demo: Open) -> None:
    """A staff member and a lead, side by side, get from /share-check to "complete" with the page's own buttons."""
    page = open_demo()
    staff, lead = Seat(page, "U0STAFF"), Seat(page, "U0LEAD1")
    staff.begin()
    fill_in(staff)
    staff.sees("I have told Lead one and Lead two")
    lead.press("I will lead")
    staff.sees("is on it")
    talk(staff, lead)
    agree(staff, lead)
    record(staff)
    lead.opens("Close", "Close this check")
    lead.fills(outcome="The school is helping.")
    lead.submits("Close case")
    lead.sees("is closed")
    staff.sees("is complete. Thank you for taking care over this.")
    for seat in (staff, lead):
        expect(seat.messages).not_to_contain_text("A pupil")
        expect(seat.messages).not_to_contain_text("What they said.")
    no_complaints(page)


def fill_in(staff: Seat) -> None:
    """Answer every question, say who it is about, check the answers and send them."""
    staff.answer(*(label for label in POSSIBLY if isinstance(label, str)))
    staff.tick(*NO_WORRY.labels)
    staff.answer("No, not asked", "Yes", "No, there is another reason I can share", "Yes, a power (may)")
    staff.answer("Child under 13")
    staff.tick("None of these")
    staff.answer("NOT sharing would do more harm", *CLEAR, "Yes")
    staff.opens("Tell them what happened", "Tell them what happened")
    staff.fills(person="A pupil", facts="What they said.")
    staff.submits("Save")
    review = staff.opens("Check your answers", "Check your answers")
    expect(review.get_by_role("button", name="Change", exact=True)).to_have_count(22)
    staff.submits("Send")


def talk(staff: Seat, lead: Seat) -> None:
    """The lead reads the summary and asks; the staff member answers."""
    summary = lead.opens("Open", "Summary")
    lead.sees("What they said.", summary)
    lead.press("Close", summary)
    expect(summary).to_have_count(0)
    lead.opens("Ask the staff member", "Ask the staff member")
    lead.fills(text="When was that?")
    lead.submits("Ask")
    staff.sees("A lead has a question")
    staff.sees("When was that?", staff.opens("Answer", "Answer a question"))
    staff.fills(text="This morning.")
    staff.submits("Send")
    staff.sees("You answered the lead's question")


def agree(staff: Seat, lead: Seat) -> None:
    """The lead decides and writes the three parts of the plan; the staff member reads it and agrees."""
    plan = lead.opens("Agree plan", "Agree plan: decision")
    plan.get_by_label("What have you decided?").select_option("share")
    lead.fills(reason="To keep them safe.", what="What they said.", whom="The school's lead.", how="By phone.")
    lead.press("Next", plan)
    lead.sees("The decision is saved.", plan)
    lead.fills(student__what="Told today.", professionals__what="The school.", parent__what="Told today.")
    for strand in plan.get_by_label("Where it stands").all():
        strand.select_option("done")
    plan.get_by_label("Which agency?").select_option(ANSWERED["agency"])
    plan.get_by_label("Have they answered?").select_option(ANSWERED["state"])
    lead.fills(agency__receipt=ANSWERED["receipt"])
    lead.submits("Save plan")
    staff.sees("The plan for")
    staff.sees("To keep them safe.", staff.opens("See my part", "The plan"))
    staff.press("Back", staff.window)
    expect(staff.window).to_have_count(0)
    staff.press("I agree")


def record(staff: Seat) -> None:
    """The two questions after sharing, and what was shared."""
    staff.sees("Two last questions")
    sharing = staff.opens("Answer", "After sharing")
    for question in sharing.get_by_role("radiogroup").all()[:2]:
        question.get_by_role("radio", name="Yes", exact=True).check()
    staff.fills(what="What they said.", whom="The school's lead.", why="To keep them safe.", how="By phone.")
    staff.submits("Save")
    staff.sees("You answered the last questions")


def test_a_phone_shows_the_question_and_its_answers_at_once(open_demo: Open) -> None:
    """At 390 pixels nothing is cut off sideways, and every button is large enough for a thumb."""
    page = open_demo(PHONE)
    staff = Seat(page, "U0STAFF")
    staff.begin()
    for _ in range(3):
        expect(staff.card.locator(".text").first).to_be_in_viewport()
        expect(staff.card.get_by_role("button", name="Not sure", exact=True)).to_be_in_viewport()
        buttons = staff.card.locator(".buttons .button").all()
        assert min(box["height"] for button in buttons if (box := button.bounding_box())) >= SMALLEST_TARGET
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        staff.answer("No")
    staff.opens("Why we ask", "Why we ask")
    expect(staff.window.get_by_role("button", name="Close", exact=True)).to_be_in_viewport()


def test_the_first_questions_need_only_the_keyboard(open_demo: Open) -> None:
    """Tab and Enter are enough to start, answer, and read why a question is asked; the focus is never lost."""
    page = open_demo()
    staff = Seat(page, "U0STAFF")
    page.get_by_label("Message #general").focus()
    page.keyboard.type("/share-check")
    page.keyboard.press("Enter")
    staff.sees("I have opened a private chat with you.")
    reach(page, "Go there")
    for question in ("in danger right now", "about one of our safeguarding leads"):
        staff.sees(question)
        reach(page, "No")
    staff.sees("what an adult who works or volunteers with children")
    reach(page, "Why we ask")
    expect(staff.window).to_be_visible()
    page.keyboard.press("Escape")
    expect(staff.window).to_have_count(0)
    expect(page.locator(":focus")).to_have_text("Why we ask")


def reach(page: Page, name: str) -> None:
    """Press Tab, as often as it takes, until this button has the focus; then Enter."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == name:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab never came to {name}.")


def test_a_restart_in_the_middle_of_a_check_loses_nothing(open_demo: Open) -> None:
    """After "Restart the bot" the same card stands on the same question, takes the answer, and goes back."""
    page = open_demo()
    staff = Seat(page, "U0STAFF")
    staff.begin()
    staff.answer("No", "No")
    staff.sees("Question 3")
    restart(page)
    staff.answer("No")
    staff.sees("Question 4")
    staff.answer("Back")
    staff.sees("You said: No. Choose again, or keep it.")


def restart(page: Page) -> None:
    """Press the button, and wait until a new bot is there."""
    page.get_by_role("button", name="Restart the bot").click()
    expect(page.get_by_text("Bot is running")).to_have_count(0)
    expect(page.get_by_text("Bot is running")).to_be_visible(timeout=20_000)


def test_nothing_is_lost_while_slack_is_down(open_demo: Open) -> None:
    """A press that Slack could not carry says so; the page that fell due meanwhile goes out once Slack is back."""
    page = open_demo()
    staff, lead = Seat(page, "U0STAFF"), Seat(page, "U0LEAD1")
    staff.begin()
    staff.answer(*HARM)
    lead.sees("Nobody leads this yet.")
    staff.sees("Go on (about")
    staff.go_on("No")
    staff.sees("Question 5")
    down = page.get_by_role("switch", name="Slack down")
    down.click()
    expect(page.get_by_text("Slack is down")).to_be_visible()
    staff.press("No", staff.card)
    staff.sees("This app did not respond. Try again.")
    page.get_by_role("button", name="+15 min", exact=True).click()
    down.click()
    lead.sees("This is ask 2.")
    staff.sees("No answer yet. I asked again at")
    restart(page)
    staff.sees("Question 5")
    staff.answer("No")
    staff.sees("Question 6")
