// The only module that talks to the service. No key is ever in an address or in storage.

import { jsonLines } from "./json-lines.js";

export const CSRF_HEADER = "X-Firstseen-CSRF";

/** What the service refused, or that it could not be reached (status 0). */
export class ServiceError extends Error {
  constructor(status, detail, retryAfter = null) {
    super(detail);
    this.name = "ServiceError";
    this.status = status;
    this.retryAfter = retryAfter; // seconds, where the service says so
  }

  get gone() {
    return this.status === 0;
  }

  get full() {
    return this.status === 503 || this.status === 429;
  }
}

let csrf = null;
let onExpired = () => Promise.reject(new ServiceError(401, "signed out"));

/** The token that goes with every change; known after signing in. */
export function useToken(token) {
  csrf = token;
}

/** What to do where the session is over: resolves once somebody signed in again. */
export function whenExpired(ask) {
  onExpired = ask;
}

/** JSON of an answer, null where it is empty. Raises ServiceError. */
export async function ask(method, path, content = undefined, options = {}) {
  const answer = await answered(method, path, content, options);
  if (answer.status === 204) return null;
  return await answer.json();
}

/** Text of a file of the page. Raises ServiceError. */
export async function textOf(path) {
  return await (await answered("GET", path, undefined, { signingIn: true })).text();
}

/** The answer itself; after signing in anew where the session was over. Raises ServiceError. */
export async function answered(method, path, content, { signal, signingIn = false } = {}) {
  const answer = await sent(method, path, content, signal);
  if (answer.status === 401 && !signingIn) {
    await onExpired();
    return answered(method, path, content, { signal, signingIn: true });
  }
  if (!answer.ok) throw await refusal(answer);
  return answer;
}

async function sent(method, path, content, signal) {
  const headers = method === "GET" || csrf === null ? {} : { [CSRF_HEADER]: csrf };
  if (content !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(path, {
      method,
      headers,
      signal,
      body: content === undefined ? undefined : JSON.stringify(content),
      credentials: "same-origin",
      redirect: "error",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServiceError(0, "");
  }
}

async function refusal(answer) {
  let detail = "";
  try {
    detail = (await answer.json()).detail ?? "";
  } catch {
    detail = ""; // not one of our answers; the status is all there is
  }
  return new ServiceError(answer.status, detail, seconds(answer.headers.get("Retry-After")));
}

function seconds(text) {
  const number = Number(text);
  return text !== null && Number.isFinite(number) ? number : null;
}

/** Events of a check, one object a line, until the service ends the stream. Raises ServiceError. */
export async function* events(id, signal) {
  const answer = await answered("GET", `/v1/checks/${id}/events`, undefined, { signal });
  yield* jsonLines(answer.body);
}

/**
 * A form on its way up. Resolves to {status, content}; onSent tells bytes as they go.
 * XMLHttpRequest, since fetch cannot say how much of an upload has left.
 */
export function upload(path, form, { headers = {}, onSent = () => {}, signal } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    if (csrf !== null) request.setRequestHeader(CSRF_HEADER, csrf);
    Object.entries(headers).forEach(([name, value]) => request.setRequestHeader(name, value));
    request.upload.onprogress = (event) => onSent(event.loaded, event.total);
    request.onerror = () => reject(new ServiceError(0, ""));
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    request.onload = () => {
      const content = parsed(request.responseText);
      if (request.status >= 200 && request.status < 300) resolve({ status: request.status, content });
      else {
        const wait = seconds(request.getResponseHeader("Retry-After"));
        reject(new ServiceError(request.status, content?.detail ?? "", wait));
      }
    };
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}

/** The same, once more after signing in where the session was over. */
export async function uploadSignedIn(path, form, options = {}) {
  try {
    return await upload(path, form, options);
  } catch (error) {
    if (error.status !== 401) throw error;
    await onExpired();
    return upload(path, form, options);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
