// From an item that is ready to a check at the service, with an entry in our history all the while.

import { updated } from "./format.js";
import { checks, keep } from "./state.js";

const now = () => new Date().toISOString();

const sent = new Map(); // entry id -> what to send, for another try while this panel is open

/** The entry, before anything is sent; sending goes on by itself. */
export function sendFile(panel, item) {
  const idempotency = crypto.randomUUID();
  return begin(panel, item, (api, signal) =>
    api.check(item.blob, item.name, item.claim, item.context, item.again, idempotency, signal));
}

export function sendLink(panel, item) {
  const idempotency = crypto.randomUUID();
  return begin(panel, item, (api) =>
    api.checkLink(item.url, item.claim, item.context, item.again, idempotency));
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
  sent.set(entry.id, { request, stop: new AbortController() });
  run(panel, entry);
  return entry;
}

/** Tries again what could not be sent, if this panel still has it. */
export async function resend(panel, entry) {
  if (!sent.has(entry.id)) return false;
  await keep({ ...entry, state: "sending", problem: null });
  run(panel, entry);
  return true;
}

export function stopSending(id) {
  sent.get(id)?.stop.abort();
}

/** The lock tells other panels that this entry has not been left alone. */
function run(panel, entry) {
  const { request, stop } = sent.get(entry.id);
  return navigator.locks.request(`send:${entry.id}`, async () => {
    try {
      if (!panel.api) throw { kind: "not_set_up" };
      const told = await request(panel.api, stop.signal);
      sent.delete(entry.id);
      const known = (await checks()).find((one) => one.check === told.id);
      const accepted = updated({ ...entry, check: told.id, ask: null, medium: null, known: Boolean(known) }, told);
      await keep(accepted);
      panel.follow(accepted);
    } catch (problem) {
      if (stop.signal.aborted) sent.delete(entry.id);
      const { kind = "refused", message = "" } = problem;
      const why = stop.signal.aborted ? null : { kind, message };
      await keep({ ...entry, state: "unsent", problem: why });
    }
  });
}
