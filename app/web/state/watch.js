// Follows checks as they go. A browser opens six connections to one host, so only a few checks have a
// stream of their own; the others are looked up together until a stream is free.

import { ask, events, ServiceError } from "./api.js";

const STREAMS = 3;
const SILENCE_MS = 25_000; // the service says something every ten seconds
const POLL_MS = 2_500;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
export const FINAL = ["done", "failed", "cancelled"];

const waiting = new Set(); // watched without a stream
let streams = 0;
let pollTimer = null;

/** Whether nothing more will change: state and pictures. */
export function settled(check) {
  return FINAL.includes(check.state) && check.pictures !== "pending";
}

/**
 * Calls onChange({id, state, position, progress, pictures}) at each change, until it is settled, and
 * onTrouble(error or null) when the connection is lost and found. Returns what stops it.
 */
export function watch(id, onChange, onTrouble = () => {}) {
  const subscription = { id, onChange, onTrouble, stop: new AbortController(), last: null };
  start(subscription);
  return () => {
    waiting.delete(subscription);
    subscription.stop.abort();
  };
}

function start(subscription) {
  if (subscription.stop.signal.aborted) return;
  if (streams < STREAMS) stream(subscription);
  else {
    waiting.add(subscription);
    pollTimer ??= setTimeout(poll, POLL_MS);
  }
}

async function stream(subscription) {
  streams += 1;
  let wait = FIRST_WAIT_MS;
  try {
    while (!subscription.stop.signal.aborted) {
      try {
        for await (const event of eventsUntilSilence(subscription)) {
          wait = FIRST_WAIT_MS;
          deliver(subscription, event);
        }
        if (subscription.last && settled(subscription.last)) return;
      } catch (error) {
        if (subscription.stop.signal.aborted) return;
        subscription.onTrouble(error);
        if (error instanceof ServiceError && [401, 403, 404].includes(error.status)) return;
      }
      await pause(wait, subscription.stop.signal);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
  } finally {
    streams -= 1;
    startWaiting();
  }
}

async function* eventsUntilSilence(subscription) {
  const silence = new AbortController();
  const signal = AbortSignal.any([subscription.stop.signal, silence.signal]);
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    for await (const event of events(subscription.id, signal)) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      subscription.onTrouble(null);
      yield event;
    }
  } finally {
    clearTimeout(timer);
  }
}

function deliver(subscription, event) {
  if (JSON.stringify(event) === JSON.stringify(subscription.last)) return; // a heartbeat
  subscription.last = event;
  subscription.onChange(event);
}

function startWaiting() {
  const [longestWaiting] = waiting;
  if (longestWaiting && streams < STREAMS) {
    waiting.delete(longestWaiting);
    stream(longestWaiting);
  }
}

async function poll() {
  pollTimer = null;
  if (!waiting.size) return;
  try {
    const { checks } = await ask("GET", "/v1/checks?limit=100");
    for (const subscription of [...waiting]) {
      const latest = checks.find((check) => check.id === subscription.id);
      subscription.onTrouble(null);
      if (!latest) continue;
      deliver(subscription, latest);
      if (settled(latest)) waiting.delete(subscription);
    }
  } catch (error) {
    for (const subscription of waiting) subscription.onTrouble(error);
  }
  if (waiting.size) pollTimer ??= setTimeout(poll, POLL_MS);
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
