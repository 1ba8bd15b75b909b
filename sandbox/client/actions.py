"""What people can do, by exact address; `people` finds the addresses and the page knows them."""

from collections.abc import Callable

from sandbox.client import forms, payloads
from sandbox.client.outcomes import TROUBLE, answered_command, answered_submission
from sandbox.client.result import Acted
from sandbox.methods import chat, posting, views
from sandbox.state import entered
from sandbox.state.core import Core
from sandbox.state.kinds import Json, Raw, SlackError, SlackMessage, View
from sandbox.wire.envelopes import Ack, Envelope, What

Send = Callable[[Envelope], Ack]
WARNING = "This app did not respond. Try again."


class Hands:
    """Sends what a person did to the bot and shows that person how it went. Safe to call from any thread."""

    def __init__(self, core: Core, send: Send) -> None:
        self.core = core
        self.send = send
        self.last: Envelope | None = None

    def command(self, user: str, name: str, text: str, channel_id: str) -> Acted:
        """Type a slash command; it works wherever the person is, whether or not the bot is there."""
        world = self.core.world
        channel = world.dm(user) if channel_id in {"dm", world.dm(user).id} else world.channels[channel_id]
        if not self.core.manifest.knows_command(name):
            return self._told(user, f"{name} is not a valid command.")
        if user not in channel.members:
            return self._told(user, "You are not in this channel.")
        payload = payloads.command(self.core, world.human(user), channel, name, text)
        ack = self._send("slash_commands", payload)
        if ack.problem:
            code = "operation_timeout" if ack.problem == "timeout" else "dispatch_failed"
            return self._told(user, f'{name} failed with the error "{code}"', ack, payload)
        return self._outcome(ack, payload, answered_command(self.core, user, channel, ack.response))

    def shortcut(self, user: str, callback_id: str) -> Acted:
        """Pick a global shortcut from the menu."""
        if not self.core.manifest.knows_shortcut(callback_id, "global"):
            return self._told(user, f"There is no shortcut {callback_id}.")
        return self._simple(user, payloads.shortcut(self.core, self.core.world.human(user), callback_id))

    def message_shortcut(self, user: str, callback_id: str, message: SlackMessage) -> Acted:
        """Pick a shortcut from a message's menu."""
        if not self.core.manifest.knows_shortcut(callback_id, "message"):
            return self._told(user, f"There is no shortcut {callback_id}.")
        human = self.core.world.human(user)
        return self._simple(user, payloads.message_action(self.core, human, callback_id, message))

    def open_home(self, user: str) -> Acted:
        """Look at the Home tab."""
        world = self.core.world
        inner: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": world.dm(user).id,
            "tab": "home",
        }
        home = world.homes.get(user)
        if home is not None:
            inner["view"] = views.as_payload(self.core, home)
        return self.event({**inner, "event_ts": self.core.clock.stamp()})

    def event(self, inner: Json) -> Acted:
        """Something happened that the app may have subscribed to."""
        if not self.core.manifest.wants(inner["type"]):
            return Acted(acked=False)
        payload = payloads.event(self.core, inner)
        ack = self._send("events_api", payload)
        return Acted(ack.problem is None, ack.latency, None, ack.response, payload)

    def touch(self, user: str, surface: SlackMessage | View, block_id: str, action_id: str, raw: Raw = None) -> Acted:
        """Press a button, or choose something; tells the bot if Slack would."""
        with self.core.world.lock:
            found = entered.element_at(surface.blocks, block_id, action_id)
            if found is None:
                return self._told(user, "That is no longer there.")
            block, element = found
            forms.enter(surface, user, (block_id, action_id), element, raw)
            if block["type"] == "input" and not block.get("dispatch_action"):
                self.core.world.changed()
                return Acted(acked=False)
            action = forms.action(self.core, block, element, raw)
            payload = self._press_payload(user, surface, action)
        ack = self._send("interactive", payload)
        self._mark(user, surface, f"{block_id}/{action_id}", failed=ack.problem is not None)
        return self._outcome(ack, payload, WARNING if ack.problem else None)

    def submit(self, user: str, view: View) -> Acted:
        """Press a modal's submit button; Slack itself checks required and length first."""
        with self.core.world.lock:
            view.errors, view.trouble = forms.problems(view), None
            self.core.world.changed()
            if view.errors:
                return Acted(acked=False, error="\n".join(view.errors.values()))
            payload = payloads.submission(self.core, self.core.world.human(user), view)
        ack = self._send("interactive", payload)
        if ack.problem:
            return self._outcome(ack, payload, self._trouble(view))
        return self._outcome(ack, payload, answered_submission(self.core, view, ack.response))

    def close(self, user: str, view: View, *, whole_stack: bool) -> Acted:
        """Dismiss a modal, or (the cross) all of them."""
        world = self.core.world
        with world.lock:
            stack = world.stacks[user]
            clear = whole_stack or bool(view.body.get("clear_on_close"))
            gone = list(stack) if clear else [view]
            stack[:] = [each for each in stack if each not in gone]
            told = [each for each in gone if each.body.get("notify_on_close")]
            human = world.human(user)
            sent = [payloads.closed(self.core, human, each, cleared=clear) for each in told]
        world.changed()
        results = [self._outcome(self._send("interactive", payload), payload, None) for payload in sent]
        return results[-1] if results else Acted(acked=False)

    def post(self, user: str, channel_id: str, text: str, thread: str | None = None) -> SlackMessage:
        """Write an ordinary message."""
        world = self.core.world
        channel = world.dm(user) if channel_id == "dm" else world.channels[channel_id]
        if channel.kind == "dm" and self.core.manifest.messages_read_only:
            raise SlackError("messages_tab_disabled")
        if user not in channel.members:
            raise SlackError("not_in_channel")
        message = SlackMessage(world.clock.stamp(), channel.id, user, text, [], thread_ts=thread)
        posting.post(world, message)
        if world.bot_user in channel.members:
            kind = {"dm": "im", "private": "group", "public": "channel"}[channel.kind]
            self._heard(
                kind,
                chat.as_payload(self.core, message) | {"channel": channel.id, "channel_type": kind},
            )
        return message

    def delete(self, user: str, message: SlackMessage) -> None:
        """Delete one's own message."""
        if message.user != user:
            raise SlackError("cant_delete_message")
        chat.remove(self.core, message)

    def replay(self, acted: Acted | None = None) -> Acted:
        """The identical payload again, as Slack's redelivery or a person's second click can make it."""
        sent = self.last.payload if self.last else None
        payload = acted.payload if acted else sent
        if payload is None:
            raise LookupError("that was never sent to the bot")
        ack = self._send(_what(payload), payload)
        return Acted(ack.problem is None, ack.latency, None, ack.response, payload)

    def _heard(self, kind: str, inner: Json) -> None:
        if self.core.manifest.body and self.core.manifest.wants(f"message.{kind}"):
            self.send(Envelope("events_api", payloads.event(self.core, inner)))

    def _press_payload(self, user: str, surface: SlackMessage | View, action: Json) -> Json:
        human = self.core.world.human(user)
        if isinstance(surface, SlackMessage):
            return payloads.message_press(self.core, human, surface, action)
        return payloads.view_press(self.core, human, surface, action)

    def _simple(self, user: str, payload: Json) -> Acted:
        ack = self._send("interactive", payload)
        return self._told(user, WARNING, ack, payload) if ack.problem else self._outcome(ack, payload, None)

    def _send(self, what: What, payload: Json) -> Ack:
        envelope = Envelope(what, payload)
        self.last = envelope
        return self.send(envelope)

    def _told(self, user: str, words: str, ack: Ack | None = None, payload: Json | None = None) -> Acted:
        self.core.world.notify(user, words)
        return Acted(acked=False, latency=ack.latency if ack else 0.0, error=words, payload=payload)

    def _outcome(self, ack: Ack, payload: Json, error: str | None) -> Acted:
        return Acted(ack.problem is None, ack.latency, error, ack.response, payload)

    def _trouble(self, view: View) -> str:
        view.trouble = TROUBLE
        self.core.world.changed()
        return TROUBLE

    def _mark(self, user: str, surface: SlackMessage | View, address: str, *, failed: bool) -> None:
        with self.core.world.lock:
            marks = surface.failed.setdefault(user, set()) if isinstance(surface, SlackMessage) else surface.failed
            if failed:
                marks.add(address)
            else:
                marks.discard(address)
        self.core.world.changed()


def _what(payload: Json) -> What:
    """Which kind of envelope a payload travels in."""
    if "command" in payload:
        return "slash_commands"
    return "events_api" if payload["type"] == "event_callback" else "interactive"
