// Keeps our history's entries true while a panel is open: one stream for each check that is not over.
//
// Nothing is lost when the panel closes or a stream breaks: the service goes on, and what it says is
// asked again when somebody looks.

import { keep } from "../browser/storage.js";
import { isSettled, updatedEntry } from "./history-entry.js";

const WAITS_MS = [500, 1000, 2000, 5000, 10_000];
const STREAMS = 2; // a browser opens six connections to one server, and others need some too
const POLL_MS = 2000; // for those beyond
let streams = 0;
const followed = new Map(); // entry id -> AbortController

/** onChange(entry, problem) is called at each change; problem is set while the service does not answer. */
export function follow(api, entry, onChange) {
  if (!entry.check || isSettled(entry) || followed.has(entry.id)) return;
  const stop = new AbortController();
  followed.set(entry.id, stop);
  run(api, entry, onChange, stop.signal).finally(() => followed.delete(entry.id));
}

export function unfollow(id) {
  followed.get(id)?.abort();
}

export function unfollowAll() {
  for (const stop of followed.values()) stop.abort();
}

async function run(api, first, onChange, signal) {
  let entry = first;
  const apply = async (news) => (entry = signal.aborted ? entry : await changed(entry, news, onChange));
  for (let failures = 0; !signal.aborted;) {
    let wait = POLL_MS;
    try {
      if (streams < STREAMS) await listen(api, entry, apply, signal);
      await apply(await api.show(entry.check));
      if (isSettled(entry)) return;
      failures = 0;
    } catch (problem) {
      if (signal.aborted) return;
      if (problem.kind === "gone") return void (await apply({ state: "gone" }));
      onChange(entry, problem);
      if (problem.kind === "key" || problem.kind === "scope") return;
      wait = WAITS_MS[Math.min(failures++, WAITS_MS.length - 1)];
    }
    await new Promise((done) => setTimeout(done, wait));
  }
}

async function listen(api, first, apply, signal) {
  streams++;
  try {
    let entry = first;
    for await (const event of api.events(first.check, signal)) {
      entry = await apply(event);
      // the verdict is there before the pictures are
      if (entry.state === "done" && !entry.tone) entry = await apply(await api.show(entry.check));
    }
  } finally {
    streams--;
  }
}

async function changed(entry, news, onChange) {
  const next = updatedEntry(entry, news);
  if (JSON.stringify(next) !== JSON.stringify(entry)) await keep(next);
  onChange(next, null);
  return next;
}
