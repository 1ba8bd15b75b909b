"""What people can do, by exact block_id and action_id; `people` finds those ids by label and the page knows them."""

from collections.abc import Callable

from sandbox.client import forms, payloads
from sandbox.client.acknowledgements import TROUBLE, apply_command_response, apply_submission_response
from sandbox.client.result import InteractionResult
from sandbox.methods import chat, directory, posting, views
from sandbox.state import element_values
from sandbox.state.fake_slack import FakeSlack
from sandbox.state.models import Json, Raw, SlackError, SlackMessage, View
from sandbox.wire.envelopes import Ack, Envelope, EnvelopeType

Send = Callable[[Envelope], Ack]
NO_RESPONSE = "This app did not respond. Try again."


class UserActions:
    """Sends a person's actions to the bot as payloads, and shows that person the result. Thread-safe."""

    def __init__(self, slack: FakeSlack, send: Send) -> None:
        self.slack = slack
        self.send = send
        self.last: Envelope | None = None

    def command(self, user: str, name: str, text: str, channel_id: str) -> InteractionResult:
        """Type a slash command. It works wherever the person is a member, whether or not the bot is there."""
        world = self.slack.world
        channel = world.dm(user) if channel_id in {"dm", world.dm(user).id} else world.channels[channel_id]
        if not self.slack.manifest.knows_command(name):
            return self._refused(user, f"{name} is not a valid command.")
        if user not in channel.members:
            return self._refused(user, "You are not in this channel.")
        payload = payloads.command(self.slack, world.human(user), channel, name, text)
        ack = self._send("slash_commands", payload)
        if ack.problem:
            code = "operation_timeout" if ack.problem == "timeout" else "dispatch_failed"
            return self._refused(user, f'{name} failed with the error "{code}"', ack, payload)
        return self._result(ack, payload, apply_command_response(self.slack, user, channel, ack.response))

    def shortcut(self, user: str, callback_id: str) -> InteractionResult:
        if not self.slack.manifest.knows_shortcut(callback_id, "global"):
            return self._refused(user, f"There is no shortcut {callback_id}.")
        return self._send_interaction(user, payloads.shortcut(self.slack, self.slack.world.human(user), callback_id))

    def message_shortcut(self, user: str, callback_id: str, message: SlackMessage) -> InteractionResult:
        if not self.slack.manifest.knows_shortcut(callback_id, "message"):
            return self._refused(user, f"There is no shortcut {callback_id}.")
        human = self.slack.world.human(user)
        return self._send_interaction(user, payloads.message_action(self.slack, human, callback_id, message))

    def open_home(self, user: str) -> InteractionResult:
        """Open the Home tab: send `app_home_opened`, with the view if one was published."""
        return self._open_app(user, "home")

    def open_dm(self, user: str) -> InteractionResult:
        """Open the direct messages with the bot: Slack sends `app_home_opened` for this tab too, without a view."""
        return self._open_app(user, "messages")

    def _open_app(self, user: str, tab: str) -> InteractionResult:
        world = self.slack.world
        inner: Json = {"type": "app_home_opened", "user": user, "channel": world.dm(user).id, "tab": tab}
        home = world.homes.get(user)
        if home is not None and tab == "home":
            inner["view"] = views.as_payload(self.slack, home)
        return self.event({**inner, "event_ts": self.slack.clock.stamp()})

    def event(self, inner: Json) -> InteractionResult:
        """Deliver an Events API event, if the manifest subscribes to its type."""
        if not self.slack.manifest.wants(inner["type"]):
            return InteractionResult(acked=False)
        payload = payloads.event(self.slack, inner)
        ack = self._send("events_api", payload)
        return InteractionResult(ack.problem is None, ack.latency, None, ack.response, payload)

    def account_changed(self, user: str) -> None:
        """Deliver `user_change` with the account as it is now, if the manifest subscribes to it."""
        if self.slack.manifest.body and self.slack.manifest.wants("user_change"):
            stamp = self.slack.clock.stamp()
            inner: Json = {"type": "user_change", "user": directory.account(self.slack, user), "event_ts": stamp}
            self.send(Envelope("events_api", payloads.event(self.slack, inner)))

    def touch(
        self, user: str, surface: SlackMessage | View, block_id: str, action_id: str, raw: Raw = None
    ) -> InteractionResult:
        """Press a button or enter a value. Inputs without dispatch_action send the bot nothing, as in Slack."""
        with self.slack.world.lock:
            found = element_values.element_at(surface.blocks, block_id, action_id)
            if found is None:
                return self._refused(user, "That is no longer there.")
            block, element = found
            forms.enter(surface, user, (block_id, action_id), element, raw)
            if block["type"] == "input" and not block.get("dispatch_action"):
                self.slack.world.changed()
                return InteractionResult(acked=False)
            action = forms.action(self.slack, block, element, raw)
            payload = self._press_payload(user, surface, action)
        ack = self._send("interactive", payload)
        self._mark_failed(user, surface, f"{block_id}/{action_id}", failed=ack.problem is not None)
        return self._result(ack, payload, NO_RESPONSE if ack.problem else None)

    def submit(self, user: str, view: View) -> InteractionResult:
        """Press a modal's submit button; required fields and lengths are checked before sending, as in Slack."""
        with self.slack.world.lock:
            view.errors, view.trouble = forms.problems(view), None
            self.slack.world.changed()
            if view.errors:
                return InteractionResult(acked=False, error="\n".join(view.errors.values()))
            payload = payloads.submission(self.slack, self.slack.world.human(user), view)
        ack = self._send("interactive", payload)
        if ack.problem:
            return self._result(ack, payload, self._trouble(view))
        return self._result(ack, payload, apply_submission_response(self.slack, view, ack.response))

    def close(self, user: str, view: View, *, whole_stack: bool) -> InteractionResult:
        """Dismiss a modal, or (with the cross) the whole stack. Send `view_closed` for views with notify_on_close."""
        world = self.slack.world
        with world.lock:
            stack = world.stacks[user]
            clear = whole_stack or bool(view.body.get("clear_on_close"))
            gone = list(stack) if clear else [view]
            stack[:] = [each for each in stack if each not in gone]
            told = [each for each in gone if each.body.get("notify_on_close")]
            human = world.human(user)
            sent = [payloads.closed(self.slack, human, each, cleared=clear) for each in told]
        world.changed()
        results = [self._result(self._send("interactive", payload), payload, None) for payload in sent]
        return results[-1] if results else InteractionResult(acked=False)

    def post(self, user: str, channel_id: str, text: str, thread: str | None = None) -> SlackMessage:
        """Write an ordinary message; the bot gets a message event if it is a member and subscribed.

        Raises SlackError: `messages_tab_disabled` or `not_in_channel`.
        """
        world = self.slack.world
        channel = world.dm(user) if channel_id == "dm" else world.channels[channel_id]
        if channel.kind == "dm" and self.slack.manifest.messages_read_only:
            raise SlackError("messages_tab_disabled")
        if user not in channel.members:
            raise SlackError("not_in_channel")
        message = SlackMessage(world.clock.stamp(), channel.id, user, text, [], thread_ts=thread)
        posting.post(world, message)
        if world.bot_user in channel.members:
            kind = {"dm": "im", "private": "group", "public": "channel"}[channel.kind]
            self._deliver_message_event(
                kind,
                chat.as_payload(self.slack, message) | {"channel": channel.id, "channel_type": kind},
            )
        return message

    def delete(self, user: str, message: SlackMessage) -> None:
        """Delete the person's own message, or as an admin anybody's.

        Raises SlackError (`cant_delete_message`) for anybody else's.
        """
        if message.user != user and not self.slack.world.human(user).admin:
            raise SlackError("cant_delete_message")
        chat.remove(self.slack, message)

    def replay(self, acted: InteractionResult | None = None) -> InteractionResult:
        """Send an earlier payload (default: the last) again, as Slack's redelivery or a person's double click can."""
        sent = self.last.payload if self.last else None
        payload = acted.payload if acted else sent
        if payload is None:
            raise LookupError("that was never sent to the bot")
        ack = self._send(_envelope_type(payload), payload)
        return InteractionResult(ack.problem is None, ack.latency, None, ack.response, payload)

    def _deliver_message_event(self, kind: str, inner: Json) -> None:
        if self.slack.manifest.body and self.slack.manifest.wants(f"message.{kind}"):
            self.send(Envelope("events_api", payloads.event(self.slack, inner)))

    def _press_payload(self, user: str, surface: SlackMessage | View, action: Json) -> Json:
        human = self.slack.world.human(user)
        if isinstance(surface, SlackMessage):
            return payloads.message_press(self.slack, human, surface, action)
        return payloads.view_press(self.slack, human, surface, action)

    def _send_interaction(self, user: str, payload: Json) -> InteractionResult:
        ack = self._send("interactive", payload)
        return self._refused(user, NO_RESPONSE, ack, payload) if ack.problem else self._result(ack, payload, None)

    def _send(self, kind: EnvelopeType, payload: Json) -> Ack:
        envelope = Envelope(kind, payload)
        self.last = envelope
        ack = self.send(envelope)
        if ack.response:
            shown = "ack of a command" if kind == "slash_commands" else "ack of a modal"
            self.slack.world.acknowledgements.append((shown, ack.response))
        return ack

    def _refused(self, user: str, words: str, ack: Ack | None = None, payload: Json | None = None) -> InteractionResult:
        self.slack.world.notify(user, words)
        return InteractionResult(acked=False, latency=ack.latency if ack else 0.0, error=words, payload=payload)

    def _result(self, ack: Ack, payload: Json, error: str | None) -> InteractionResult:
        return InteractionResult(ack.problem is None, ack.latency, error, ack.response, payload)

    def _trouble(self, view: View) -> str:
        view.trouble = TROUBLE
        self.slack.world.changed()
        return TROUBLE

    def _mark_failed(self, user: str, surface: SlackMessage | View, address: str, *, failed: bool) -> None:
        with self.slack.world.lock:
            marks = surface.failed.setdefault(user, set()) if isinstance(surface, SlackMessage) else surface.failed
            if failed:
                marks.add(address)
            else:
                marks.discard(address)
        self.slack.world.changed()


def _envelope_type(payload: Json) -> EnvelopeType:
    """Return the Socket Mode envelope type for a payload."""
    if "command" in payload:
        return "slash_commands"
    return "events_api" if payload["type"] == "event_callback" else "interactive"
