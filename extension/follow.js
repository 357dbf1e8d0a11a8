// Keeps our history's entries true while a panel is open: one stream for each check that is not over.
//
// Nothing is lost when the panel closes or a stream breaks: the service goes on, and what it says is
// asked again when somebody looks.

import { isSettled, updated } from "./format.js";
import { keep } from "./state.js";

const WAITS_MS = [500, 1000, 2000, 5000, 10_000];
const followed = new Map(); // entry id -> AbortController

/** told(entry, problem): called at each change; problem is set while the service is not heard. */
export function follow(api, entry, told) {
  if (!entry.check || isSettled(entry) || followed.has(entry.id)) return;
  const stop = new AbortController();
  followed.set(entry.id, stop);
  run(api, entry, told, stop.signal).finally(() => followed.delete(entry.id));
}

export function unfollow(id) {
  followed.get(id)?.abort();
}

export function unfollowAll() {
  for (const stop of followed.values()) stop.abort();
}

async function run(api, first, told, signal) {
  let entry = first;
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      for await (const event of api.events(entry.check, signal)) {
        failures = 0;
        entry = await changed(entry, event, told);
        if (entry.state === "done" && !entry.tone) entry = await asked(api, entry, told);
      }
      entry = await asked(api, entry, told);
      if (isSettled(entry)) return;
    } catch (problem) {
      if (signal.aborted) return;
      if (problem.kind === "gone") {
        await changed(entry, { state: "gone" }, told);
        return;
      }
      told(entry, problem);
      if (problem.kind === "key" || problem.kind === "scope") return;
    }
    const wait = WAITS_MS[Math.min(failures, WAITS_MS.length - 1)];
    await new Promise((done) => setTimeout(done, wait));
  }
}

const asked = async (api, entry, told) => changed(entry, await api.show(entry.check), told);

async function changed(entry, news, told) {
  const next = updated(entry, news);
  if (JSON.stringify(next) !== JSON.stringify(entry)) await keep(next);
  told(next, null);
  return next;
}
