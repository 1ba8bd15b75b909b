// The only module that talks to the sandbox server.

async function request(path, body) {
  const options = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(path, options || {});
  return response.json();
}

export const getState = () => request("/sandbox/state");
export const getManifest = () => request("/sandbox/manifest");
export const getGuide = () => request("/sandbox/guide");
export const control = (change) => request("/sandbox/control", change);

/** Start the workspace again, empty, and wait until it answers. */
export async function startAgain() {
  const { started } = await getState();
  await control({ start_again: true });
  for (;;) {
    await new Promise((resolve) => { setTimeout(resolve, 500); });
    const state = await getState().catch(() => null);
    if (state && state.started !== started && state.bot.connections > 0) return;
  }
}

/** Do something as a person. Always answers {ok, acked, error}: a lost server is an error like any other. */
export async function act(as, verb, details = {}) {
  try {
    return await request("/sandbox/act", { as, do: verb, ...details });
  } catch {
    return { ok: false, acked: false, error: "sandbox_not_answering" };
  }
}

/** Call `changed()` now and whenever anything in the workspace changes; `lost(true|false)` says if we are cut off. */
export function watch(changed, lost) {
  const events = new EventSource("/sandbox/events");
  events.onmessage = changed;
  events.onopen = () => { lost(false); changed(); };
  events.onerror = () => lost(true);
}

// Slack's names for what went wrong, in the words its own client uses.
const MEANINGS = {
  sandbox_not_answering: "The sandbox is not answering. Is it still running?",
  messages_tab_disabled: "Sending messages to this app has been turned off.",
  not_in_channel: "You are not in this channel.",
  cant_delete_message: "You can only delete your own messages.",
};

/** What to tell the person, or null. No ack is no problem by itself: closing a window asks for none. */
export function problemWith(answer) {
  if (answer.error) return MEANINGS[answer.error] ?? answer.error;
  return answer.ok === false ? "That did not work. Try again." : null;
}
