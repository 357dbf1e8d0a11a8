// What this window has handed in: each item on its way up, then its check. Lives as long as the window,
// so that uploads go on while another view is open.

import { ask, ServiceError, uploadSignedIn } from "./api.js";
import { settled, watch } from "./watch.js";

const UPLOADS = 2; // at once
const LONGEST_WAIT_S = 60;

export const submissions = new EventTarget(); // "change" with detail: the item, or null for the list

const items = [];

/** Newest first. */
export function submittedItems() {
  return items;
}

/**
 * Hands in a file or a link with what is claimed of it.
 * item: {file} or {url}, name, date, place, context.
 */
export function submitItem(wanted) {
  const item = {
    ...wanted,
    token: token(),
    phase: "waiting", // waiting, sending, full, failed, accepted
    sent: 0,
    total: wanted.file?.size ?? 0,
    check: null,
    existing: false,
    error: null,
    trouble: false,
    again: false,
    stop: new AbortController(),
  };
  items.unshift(item);
  changed(null);
  pump();
  return item;
}

/** Shows checks that were handed in before, by this key, as rows of the same list. */
export function restore(checks) {
  for (const check of [...checks].reverse()) {
    if (items.some((item) => item.check?.id === check.id)) continue;
    const item = { name: check.item.name, phase: "accepted", check, stop: new AbortController() };
    items.push(item);
    if (!settled(check)) follow(item);
  }
  items.sort((a, b) => (when(a) < when(b) ? 1 : -1));
  changed(null);
}

function when(item) {
  return item.check?.created_at ?? "9"; // what is on its way is newest
}

/** Once more, after it failed or where the service had its answer already. */
export function tryAgain(item, again = false) {
  Object.assign(item, { phase: "waiting", error: null, sent: 0, stop: new AbortController() });
  if (again) Object.assign(item, { again: true, token: token(), check: null, existing: false });
  changed(item);
  pump();
}

/** Takes a row off the list and offers what it was made of to whoever can change it: "correct" with the item. */
export function correct(item) {
  drop(item);
  submissions.dispatchEvent(new CustomEvent("correct", { detail: item }));
}

/** Stops an upload, or asks the service to stop the check. Raises ServiceError. */
export async function cancel(item) {
  clearTimeout(item.timer);
  item.stop.abort();
  if (item.check) {
    item.check = { ...item.check, ...(await ask("POST", `/v1/checks/${item.check.id}/cancel`)) };
    changed(item);
  } else drop(item);
}

/** Takes a row off the list; the check itself stays in the history. */
export function drop(item) {
  item.unwatch?.();
  const place = items.indexOf(item);
  if (place >= 0) items.splice(place, 1);
  changed(null);
}

/** Forgets rows whose check was deleted. */
export function dropSubmissionsOf(id) {
  items.filter((item) => item.check?.id === id).forEach(drop);
}

/** Forgets everything, for whoever signs in next. */
export function clearSubmissions() {
  items.forEach((item) => (item.unwatch?.(), item.stop.abort()));
  items.length = 0;
  changed(null);
}

/** Whether closing the window now would lose something. */
export function isSending() {
  return items.some((item) => ["waiting", "sending", "full"].includes(item.phase));
}

function pump() {
  const free = UPLOADS - items.filter((item) => item.phase === "sending").length;
  const oldest = items.filter((item) => item.phase === "waiting").reverse();
  oldest.slice(0, Math.max(0, free)).forEach(send);
}

async function send(item) {
  item.phase = "sending";
  changed(item);
  try {
    const { status, content } = item.url ? await sendLink(item) : await sendFile(item);
    const check = { ...content, ...summaryOf(content.report) };
    Object.assign(item, { phase: "accepted", check, existing: status === 200 });
    changed(item);
    if (!settled(content)) follow(item);
  } catch (error) {
    if (error.name === "AbortError") return;
    failed(item, error);
  } finally {
    pump();
  }
}

function sendFile(item) {
  const form = new FormData();
  if (item.date) form.set("claimed_date", item.date);
  if (item.place) form.set("claimed_place", item.place);
  if (item.context) form.set("context", JSON.stringify(item.context));
  if (item.again) form.set("again", "1");
  form.set("file", item.file, item.name); // last: the fields are there before its bytes
  return uploadSignedIn("/v1/checks", form, {
    headers: { "Idempotency-Key": item.token },
    signal: item.stop.signal,
    onSent: (sent, total) => {
      Object.assign(item, { sent, total });
      changed(item);
    },
  });
}

async function sendLink(item) {
  const content = { url: item.url };
  if (item.date) content.claimed_date = item.date;
  if (item.place) content.claimed_place = item.place;
  if (item.again) content.again = true;
  return { status: 202, content: await ask("POST", "/v1/links", content, { signal: item.stop.signal }) };
}

function failed(item, error) {
  item.error = error;
  if (error instanceof ServiceError && error.full) {
    const wait = Math.min(error.retryAfter ?? 10, LONGEST_WAIT_S);
    Object.assign(item, { phase: "full", retryAt: Date.now() + wait * 1000 });
    item.timer = setTimeout(() => tryAgain(item), wait * 1000);
  } else item.phase = "failed";
  changed(item);
}

function follow(item) {
  item.unwatch = watch(
    item.check.id,
    (event) => {
      const before = item.check;
      item.check = { ...item.check, ...event };
      changed(item);
      if (event.state !== before.state && event.state !== "running") refresh(item);
    },
    (error) => {
      const trouble = error !== null;
      if (trouble === item.trouble) return;
      item.trouble = trouble;
      changed(item);
    },
  );
}

/** What its line says once it has ended: events tell no headline. */
async function refresh(item) {
  try {
    const { report, ...check } = await ask("GET", `/v1/checks/${item.check.id}`);
    item.check = { ...item.check, ...check, ...summaryOf(report) };
    changed(item);
  } catch {
    // the row keeps what it has; opening it asks anew and says what is wrong
  }
}

/** What a list shows of a report: the fields that the service's own lists have. */
function summaryOf(report) {
  return {
    headline: report?.verdict?.headline ?? null,
    relation: report?.verdict?.relation ?? null,
    claim_finding: report?.claim?.date?.finding ?? null,
    first_seen: report?.first_seen?.date ?? null,
  };
}

function changed(item) {
  submissions.dispatchEvent(new CustomEvent("change", { detail: item }));
}

/** Random, for the header that makes a repeated upload one check. */
function token() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
