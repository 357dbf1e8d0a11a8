// Who is signed in. The cookie is the browser's alone; here are only the name, scopes and token.

import { ask, ServiceError, useToken } from "./api.js";

let key = null;
let features = []; // what this service can do beside the least

/** The key that is signed in, {id, name, scopes}, or null. */
export function whoami() {
  return key;
}

/** Whether the key may do what a scope allows. */
export function may(scope) {
  return Boolean(key?.scopes.includes(scope));
}

/** Whether the service can do something that not each one can: "links", "reveal". */
export function offers(feature) {
  return features.includes(feature);
}

/** Finds a session that is there already; null where there is none. Raises ServiceError. */
export async function resume() {
  try {
    return await taken(await ask("GET", "/v1/session", undefined, { signingIn: true }));
  } catch (error) {
    if (error instanceof ServiceError && error.status === 401) return null;
    throw error;
  }
}

export async function signIn(secret) {
  return taken(await ask("POST", "/v1/session", { key: secret }, { signingIn: true }));
}

export async function signOut() {
  await ask("DELETE", "/v1/session", undefined, { signingIn: true });
  key = null;
  useToken(null);
}

async function taken(answer) {
  useToken(answer.csrf);
  ({ features } = await ask("GET", "/v1/compat", undefined, { signingIn: true }));
  key = answer.key;
  return key;
}
