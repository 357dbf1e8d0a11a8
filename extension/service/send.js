// From an item that is ready to a check at the service, with an entry in our history all the while.

import { checks, forget, keep } from "../browser/storage.js";
import { ServiceProblem } from "./client.js";
import { updatedEntry } from "./history-entry.js";

const now = () => new Date().toISOString();

const sent = new Map(); // entry id -> what to send, for another try while this panel is open

/** The entry, before anything is sent; sending goes on by itself. */
export function sendFile(panel, item) {
  return begin(panel, item, (api, again, idempotency, signal) =>
    api.check(item.blob, item.name, item.claim, item.context, again, idempotency, signal),
  );
}

export function sendLink(panel, item) {
  return begin(panel, item, (api, again, idempotency) =>
    api.checkLink(item.url, item.claim, item.context, again, idempotency),
  );
}

async function begin(panel, item, request) {
  const entry = {
    id: crypto.randomUUID(),
    at: now(),
    private: item.ask.private,
    name: item.name,
    kind: item.how === "link" ? "link" : item.blob.type.split("/")[0],
    how: item.how,
    page: item.ask.page.url,
    check: null, // the service's id, once it has accepted it
    state: "sending",
    ask: item.ask,
    medium: item.medium,
  };
  await keep(entry);
  sent.set(entry.id, { request, again: false, idempotency: crypto.randomUUID(), stop: new AbortController() });
  run(panel, entry);
  return entry;
}

export const canSend = (entry) => sent.has(entry.id);

/** Tries again what could not be sent, if this panel still has it. */
export async function resend(panel, entry) {
  if (!canSend(entry)) return false;
  await keep({ ...entry, state: "sending", problem: null });
  run(panel, entry);
  return true;
}

/** A check of its own for what the service had checked before. */
export async function sendAnew(panel, entry) {
  const what = sent.get(entry.id);
  [what.again, what.idempotency] = [true, crypto.randomUUID()];
  await resend(panel, { ...entry, check: null, known: false, tone: null, headline: null });
}

/** forgotten: the entry is not kept either. */
export function stopSending(id, forgotten = false) {
  const what = sent.get(id);
  if (!what) return;
  what.forgotten = forgotten;
  what.stop.abort();
  sent.delete(id);
}

/** The lock tells other panels that this entry has not been left alone. */
function run(panel, entry) {
  const what = sent.get(entry.id);
  const { request, again, idempotency, stop } = what;
  return navigator.locks.request(`send:${entry.id}`, async () => {
    try {
      if (!panel.api) throw new ServiceProblem("not_set_up");
      const check = await request(panel.api, again, idempotency, stop.signal);
      if (!check.known) sent.delete(entry.id);
      const earlier = (await checks()).filter((other) => other.check === check.id && other.id !== entry.id);
      await Promise.all(earlier.map(({ id }) => forget(id)));
      const ours = { ...entry, check: check.id, known: Boolean(check.known), ask: null, medium: null };
      const accepted = updatedEntry(ours, check);
      await keep(accepted);
      panel.follow(accepted);
    } catch (problem) {
      if (what.forgotten) return;
      const { kind = "refused", message = "" } = problem;
      const why = stop.signal.aborted ? null : { kind, message };
      await keep({ ...entry, state: "unsent", problem: why });
    }
  });
}
