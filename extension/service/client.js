// All talk with the service. Nothing else in this extension sends anything to it.
//
// The key goes in a header, to the named server alone: no cookies, no redirects followed, nothing
// kept in the browser's cache.

import { ndjsonRecords } from "./ndjson.js";

export const API = 1; // the version of the service's interface that this was written for
const PATIENCE_MS = 15_000;

/**
 * kind: offline | key | scope | old_server | old_extension | stranger | busy | large | gone | refused
 * message: what the service itself said, for people; may be empty
 */
export class ServiceProblem extends Error {
  constructor(kind, message = "", status = 0) {
    super(message);
    this.kind = kind;
    this.status = status;
  }
}

export function service({ server, key }) {
  const root = server.replace(/\/+$/, "");

  async function ask(method, path, { body, headers = {}, signal, patience = PATIENCE_MS } = {}) {
    const signals = [signal, patience && AbortSignal.timeout(patience)].filter(Boolean);
    let answer;
    try {
      answer = await fetch(root + path, {
        method,
        body,
        headers: { authorization: `Bearer ${key}`, accept: "application/json", ...headers },
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
        referrerPolicy: "no-referrer",
        signal: AbortSignal.any(signals),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ServiceProblem("offline");
    }
    if (!answer.ok) throw await problemOf(answer);
    return answer;
  }

  const json = async (...request) => (await ask(...request)).json();
  const send = (path, content, headers) =>
    json("POST", path, {
      body: JSON.stringify(content),
      headers: { "content-type": "application/json", ...headers },
    });
  const at = (id, rest = "") => `/v1/checks/${encodeURIComponent(id)}${rest}`;

  return {
    root,

    /** What the server can do and who we are there. Throws a problem that says what to do. */
    async compat(version) {
      let compat;
      try {
        compat = await json("GET", "/v1/compat");
      } catch (error) {
        if (error instanceof SyntaxError) throw new ServiceProblem("stranger");
        if (error.kind === "gone" || error.kind === "scope") throw await this.olderOrStranger();
        throw error;
      }
      if (typeof compat?.api !== "number" || !compat.key) throw new ServiceProblem("stranger");
      if (compat.api < API) throw new ServiceProblem("old_server", compat.version);
      if (compat.api > API || older(version, compat.oldest_extension ?? "0")) {
        throw new ServiceProblem("old_extension", compat.oldest_extension);
      }
      if (!compat.key.scopes.includes("check")) throw new ServiceProblem("scope");
      return compat;
    },

    /** Without /v1/compat it is a firstseen from before there were keys, or something else. */
    async olderOrStranger() {
      const health = await json("GET", "/v1/health").catch(() => null);
      return new ServiceProblem(health?.version ? "old_server" : "stranger", health?.version);
    },

    /**
     * claim: {date, place}, each "" where nothing is claimed. again: even if it was checked before.
     * Gives the check; `known` where it was there already.
     */
    async check(blob, name, claim, context, again, idempotency, signal) {
      const form = new FormData();
      form.append("file", blob, name);
      if (claim.date) form.append("claimed_date", claim.date);
      if (claim.place) form.append("claimed_place", claim.place);
      form.append("context", JSON.stringify(context));
      if (again) form.append("again", "1");
      const headers = { "idempotency-key": idempotency };
      const answer = await ask("POST", "/v1/checks", { body: form, headers, signal, patience: 0 });
      return { ...(await answer.json()), known: answer.status === 200 };
    },

    checkLink(url, claim, context, again, idempotency) {
      const wanted = { url, context };
      if (claim.date) wanted.claimed_date = claim.date;
      if (claim.place) wanted.claimed_place = claim.place;
      if (again) wanted.again = true;
      return send("/v1/links", wanted, { "idempotency-key": idempotency });
    },

    show: (id) => json("GET", at(id)),
    cancel: (id) => json("POST", at(id, "/cancel")),
    forget: (id) => ask("DELETE", at(id)),

    /** Each change of a check, until it is over and its pictures are settled. */
    async *events(id, signal) {
      const answer = await ask("GET", at(id, "/events"), { signal, patience: 0 });
      yield* ndjsonRecords(answer.body.getReader());
    },

    pictures: (id) => json("GET", at(id, "/pictures")),

    /** path: as /pictures names it; only one of this server's own is followed. */
    async picture(path) {
      if (!path.startsWith("/v1/")) throw new ServiceProblem("stranger", path);
      return (await ask("GET", path, { headers: { accept: "image/jpeg" } })).blob();
    },

    decisions: (id) => json("GET", at(id, "/decisions")),
    decide: (id, clip, decision, note) => send(at(id, "/decisions"), { clip, decision, note }),
    withdraw: (id) => json("POST", `/v1/decisions/${encodeURIComponent(id)}/withdraw`),
  };
}

const KINDS = { 401: "key", 403: "scope", 404: "gone", 413: "large", 429: "busy", 503: "busy" };

async function problemOf(answer) {
  const problem = await answer.json().catch(() => ({}));
  const kind = KINDS[answer.status] ?? "refused";
  return new ServiceProblem(kind, String(problem.detail ?? ""), answer.status);
}

/** Whether version a, "1.2.3", comes before b. */
export function older(a, b) {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] || 0) - (right[i] || 0);
    if (difference) return difference < 0;
  }
  return false;
}
