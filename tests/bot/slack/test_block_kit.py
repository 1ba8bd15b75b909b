"""The literal Block Kit: harmless, complete, and never longer than Slack takes."""

from datetime import UTC, datetime

from bot.slack import block_kit
from tests.bot.slack.limits import fits_view


def test_what_somebody_typed_notifies_nobody() -> None:
    """No mention and no link comes out of typed words."""
    assert block_kit.esc("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"
    assert block_kit.lines(["<!here>", "b"]) == "&lt;!here&gt;\nb"


def test_a_section_that_is_too_long_is_cut_with_a_mark() -> None:
    """Slack never refuses a screen because of its length."""
    cut = block_kit.section("x" * 3001)["text"]["text"]
    assert len(cut) == 3000
    assert cut.endswith("…")
    assert block_kit.section("x" * 3000)["text"]["text"] == "x" * 3000


def test_ten_boxes_stay_boxes_and_eleven_become_a_list() -> None:
    """Everybody can be chosen however many there are: Slack shows at most ten boxes."""
    for count, boxes, one in ((10, "checkboxes", "radio_buttons"), (11, "multi_static_select", "static_select")):
        people = {f"p{number}": f"Person {number}" for number in range(count)}
        many = block_kit.choice("checkboxes", "people", people, ("p0", "p9"))
        assert many["type"] == boxes
        assert [each["value"] for each in many["initial_options"]] == ["p0", "p9"]
        single = block_kit.choice("radio_buttons", "person", people, ("p3",))
        assert single["type"] == one
        assert single["initial_option"]["value"] == "p3"
        inputs = [block_kit.input_("Who?", many, "people"), block_kit.input_("Which?", single, "person")]
        fits_view(block_kit.modal("Choose", inputs, submit="Save"))


def test_an_option_with_a_long_label_is_cut() -> None:
    """A long name does not keep a window from opening."""
    made = block_kit.option("x" * 76, "value")
    assert len(made["text"]["text"]) == 75
    assert made["text"]["text"].endswith("…")


def test_nothing_chosen_says_nothing_of_a_choice() -> None:
    """Slack refuses an empty list of initial options, and one that is not among them."""
    assert "initial_options" not in block_kit.choice("checkboxes", "x", {"a": "A"}, ())
    assert "initial_option" not in block_kit.choice("radio_buttons", "x", {"a": "A"}, ("gone",))


def test_action_ids_differ_in_a_view_because_block_ids_do() -> None:
    """Two boxes of a window are told apart."""
    boxes = [block_kit.input_("A", block_kit.text_input(), "one"), block_kit.input_("B", block_kit.text_input(), "two")]
    assert [box["element"]["action_id"] for box in boxes] == ["typed.one", "typed.two"]
    fits_view(block_kit.modal("Boxes", boxes, submit="Save"))


def test_text_written_before_is_never_longer_than_its_box() -> None:
    """Slack refuses a window whose text does not fit its box."""
    assert block_kit.text_input("x" * 400, longest=300)["initial_value"] == "x" * 300
    assert "initial_value" not in block_kit.text_input("")


def test_times_show_in_the_readers_own_zone() -> None:
    """A phone in another zone shows its own time, and a screen reader still says one."""
    moment = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    assert block_kit.at(moment) == "<!date^1782898200^{time}|09:30 UTC>"
    assert block_kit.on(moment) == "<!date^1782898200^{date_short_pretty} {time}|01 Jul 09:30 UTC>"


def test_typed_text_is_shown_as_it_was_typed_and_nothing_of_it_is_lost() -> None:
    """No star becomes bold and no address a link, however long it is; nothing typed shows nothing."""
    for text in ("&" * 3000, "<a> & *b* " * 300, "https://a.example _x_", "\N{SLEEPING SYMBOL}" * 3000, "short"):
        blocks = list(block_kit.labelled("What & <when>", text))
        fits_view(block_kit.modal("Read", blocks))
        assert "mrkdwn" not in str(blocks)
        [head, *runs] = [run for block in blocks for section in block["elements"] for run in section["elements"]]
        assert head == {"type": "text", "text": "What & <when>\n", "style": {"bold": True}}
        assert "".join(run["text"] for run in runs) == text
        assert all(run.keys() == {"type", "text"} and run["type"] == "text" for run in runs)
    assert list(block_kit.labelled("Empty", "")) == []
