"""Posts to a response URL: an ephemeral answer, or a change to the message it is about."""

from sandbox.methods import chat, posting
from sandbox.methods.arguments import truthy
from sandbox.state.core import Core
from sandbox.state.kinds import Json, SlackError, SlackMessage
from sandbox.state.response_urls import UrlReply


def reply(core: Core, token: str, args: Json) -> Json:
    """Do what the post asks; it counts towards the five."""
    about = core.response_urls.use(token)
    original = core.world.message(about.channel, about.message_ts) if about.message_ts else None
    if truthy(args.get("delete_original")):
        if original:
            chat.remove(core, original)
        return {"ok": True}
    content = chat.checked_content(core, args, "response_url", chat.POST_TEXT)
    if not any(content):
        raise SlackError("no_text")
    if truthy(args.get("replace_original")) and original:
        chat.replace(core, original, *content)
    else:
        show(core, about, content, in_channel=args.get("response_type") == "in_channel")
    return {"ok": True}


def show(core: Core, about: UrlReply, content: tuple[str, list[Json]], *, in_channel: bool) -> SlackMessage:
    """A new message: for one person unless the bot says otherwise."""
    world = core.world
    if not in_channel:
        message = chat.ephemeral(core, about.channel, about.user, content, about.thread_ts)
    else:
        stamp = world.clock.stamp()
        message = SlackMessage(stamp, about.channel, world.bot_user, *content, bot=True, thread_ts=about.thread_ts)
        posting.post(world, message)
    about.message_ts = about.message_ts or message.ts
    return message
