"""Posts to a response_url: an ephemeral message, or a change to the message it came from."""

from sandbox.methods import chat, posting
from sandbox.methods.arguments import truthy
from sandbox.state.fake_slack import FakeSlack
from sandbox.state.models import Json, SlackError, SlackMessage
from sandbox.state.response_urls import ResponseUrl


def post(slack: FakeSlack, token: str, args: Json) -> Json:
    """Answer a post to a response_url; it counts towards the five that Slack allows."""
    target = slack.response_urls.use(token)
    original = slack.world.message(target.channel, target.message_ts) if target.message_ts else None
    if truthy(args.get("delete_original")):
        if original:
            chat.remove(slack, original)
        return {"ok": True}
    content = chat.checked_content(slack, args, "response_url", chat.POST_TEXT)
    if not any(content):
        raise SlackError("no_text")
    if truthy(args.get("replace_original")) and original:
        chat.replace(slack, original, *content)
    else:
        show_response(slack, target, content, in_channel=args.get("response_type") == "in_channel")
    return {"ok": True}


def show_response(
    slack: FakeSlack, target: ResponseUrl, content: tuple[str, list[Json]], *, in_channel: bool
) -> SlackMessage:
    """Post a new message: ephemeral to the person who interacted, unless `in_channel`."""
    world = slack.world
    if not in_channel:
        message = chat.ephemeral(slack, target.channel, target.user, content, target.thread_ts)
    else:
        stamp = world.clock.stamp()
        message = SlackMessage(stamp, target.channel, world.bot_user, *content, bot=True, thread_ts=target.thread_ts)
        posting.post(world, message)
    target.message_ts = target.message_ts or message.ts
    return message
