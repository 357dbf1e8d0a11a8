// Permission for one host at a time.

/** The match pattern of an address, or null where it is not http(s). Firefox's take no ports. */
export function matchPattern(address, withPorts) {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.protocol !== "http:" && url.protocol !== "https:") return null;
  return `${url.protocol}//${withPorts ? url.host : url.hostname}/*`;
}

export const hostOf = (address) => (URL.canParse(address) ? new URL(address).host : "");

/** Whether what is sent there could be read on the way. */
export function isUnencrypted(address) {
  const { protocol, hostname } = new URL(address);
  return protocol === "http:" && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

const patternHere = (address) => matchPattern(address, Boolean(chrome.sidePanel));

export async function mayReach(address) {
  const origin = patternHere(address);
  return origin !== null && chrome.permissions.contains({ origins: [origin] });
}

/** Asks the person. Call it in a click's handler, before anything is awaited. */
export function requestPermission(address) {
  return chrome.permissions.request({ origins: [patternHere(address)] });
}

export async function grantedHosts() {
  return (await chrome.permissions.getAll()).origins ?? [];
}

export const revoke = (origin) => chrome.permissions.remove({ origins: [origin] });
