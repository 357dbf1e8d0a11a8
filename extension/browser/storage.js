// What the extension remembers, and where.
//
// storage.local    connection: server and key; choices: what is sent along; check:ID: one check each
// storage.session  ask:WINDOW: what a click asked for; view:WINDOW: where its panel is;
//                  check:ID of a private window. Gone with the browser.
//
// Each check has a key of its own, so that two panels never overwrite each other's.

const { local, session } = chrome.storage;

export const DEFAULT_SERVER = "http://127.0.0.1:8000";
export const DEFAULT_CHOICES = { page: true, time: true, account: false, text: false };
const KEPT = 200; // older checks leave the history; the service keeps them for as long as it does

export const noteAsk = (ask) => session.set({ [`ask:${ask.window}`]: ask });

export async function takeAsk(window) {
  const key = `ask:${window}`;
  const ask = (await session.get(key))[key] ?? null;
  if (ask) await session.remove(key);
  return ask;
}

export async function viewOf(window) {
  const key = `view:${window}`;
  return (await session.get(key))[key] ?? null;
}

export const noteView = (window, view) => session.set({ [`view:${window}`]: view });

export async function connection() {
  return (await local.get("connection")).connection ?? null;
}

export const connect = (server, key) => local.set({ connection: { server, key } });
export const disconnect = () => local.remove("connection");

export async function choices() {
  return { ...DEFAULT_CHOICES, ...(await local.get("choices")).choices };
}

export const choose = (chosen) => local.set({ choices: chosen });

/** All checks, newest first. */
export async function checks() {
  const stored = await Promise.all([local.get(null), session.get(null)]);
  return stored
    .flatMap((area) => Object.entries(area))
    .filter(([key]) => key.startsWith("check:"))
    .map(([, check]) => check)
    .sort((a, b) => (a.at < b.at ? 1 : -1));
}

export async function keep(check) {
  await (check.private ? session : local).set({ [`check:${check.id}`]: check });
  const old = (await checks()).filter((other) => !other.private && other.id !== check.id).slice(KEPT - 1);
  if (old.length) await local.remove(old.map(({ id }) => `check:${id}`));
}

export const forget = (id) => Promise.all([local, session].map((a) => a.remove(`check:${id}`)));

/** Everything but the connection and the choices: what was checked, and where panels are. */
export async function wipe() {
  await Promise.all((await checks()).map(({ id }) => forget(id)));
  const left = Object.keys(await session.get(null));
  await session.remove(left.filter((key) => /^(ask|view):/.test(key)));
}

/** Calls changed(key, value) for asks and checks, from whichever page or script they come. */
export function watch(changed) {
  chrome.storage.onChanged.addListener((changes) => {
    for (const [key, { newValue }] of Object.entries(changes)) changed(key, newValue ?? null);
  });
}
