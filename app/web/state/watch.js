// Follows checks as they go. A browser opens six connections to one host, so only a few checks have a
// stream of their own; the others are looked up together until a stream is free.

import { ask, events, ServiceError } from "./api.js";

const STREAMS = 3;
const SILENCE_MS = 25_000; // the service says something every ten seconds
const LOOK_MS = 2_500;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
export const FINAL = ["done", "failed", "cancelled"];

const waiting = new Set(); // watched without a stream
let streams = 0;
let looking = null;

/** Whether nothing more will change: state and pictures. */
export function settled(check) {
  return FINAL.includes(check.state) && check.pictures !== "pending";
}

/**
 * Calls onChange({id, state, position, progress, pictures}) at each change, until it is settled, and
 * onTrouble(error or null) when the connection is lost and found. Returns what stops it.
 */
export function watch(id, onChange, onTrouble = () => {}) {
  const one = { id, onChange, onTrouble, stop: new AbortController(), last: null };
  next(one);
  return () => {
    waiting.delete(one);
    one.stop.abort();
  };
}

function next(one) {
  if (one.stop.signal.aborted) return;
  if (streams < STREAMS) follow(one);
  else {
    waiting.add(one);
    looking ??= setTimeout(look, LOOK_MS);
  }
}

async function follow(one) {
  streams += 1;
  let wait = FIRST_WAIT_MS;
  try {
    while (!one.stop.signal.aborted) {
      try {
        for await (const event of heard(one)) {
          wait = FIRST_WAIT_MS;
          told(one, event);
        }
        if (one.last && settled(one.last)) return;
      } catch (error) {
        if (one.stop.signal.aborted) return;
        one.onTrouble(error);
        if (error instanceof ServiceError && [401, 403, 404].includes(error.status)) return;
      }
      await pause(wait, one.stop.signal);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
  } finally {
    streams -= 1;
    freed();
  }
}

async function* heard(one) {
  const silence = new AbortController();
  const signal = AbortSignal.any([one.stop.signal, silence.signal]);
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    for await (const event of events(one.id, signal)) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      one.onTrouble(null);
      yield event;
    }
  } finally {
    clearTimeout(timer);
  }
}

function told(one, event) {
  if (JSON.stringify(event) === JSON.stringify(one.last)) return; // a heartbeat
  one.last = event;
  one.onChange(event);
}

function freed() {
  const [first] = waiting;
  if (first && streams < STREAMS) {
    waiting.delete(first);
    follow(first);
  }
}

async function look() {
  looking = null;
  if (!waiting.size) return;
  try {
    const { checks } = await ask("GET", "/v1/checks?limit=100");
    for (const one of [...waiting]) {
      const found = checks.find((check) => check.id === one.id);
      one.onTrouble(null);
      if (!found) continue;
      told(one, found);
      if (settled(found)) waiting.delete(one);
    }
  } catch (error) {
    for (const one of waiting) one.onTrouble(error);
  }
  if (waiting.size) looking ??= setTimeout(look, LOOK_MS);
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
