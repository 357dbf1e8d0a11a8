// Reaching into the tab that was clicked: calls of what in-page.js offers, and pictures of the window.
//
// The permission for it (activeTab) came with the click, and ends when the tab goes elsewhere.

const IN_PAGE = "/page/in-page.js"; // from the root: Firefox resolves other paths against the panel's own
const PIECE = 3 * 2 ** 20; // bytes; a multiple of three, so that base64 has no padding within
const APART_MS = 550; // the browser allows two captures a second
const TRIES = 5; // of a script, AGAIN_MS apart
const AGAIN_MS = 300;

/** why: lost (the tab went elsewhere) | a word that in-page.js throws | what the browser said */
export class TabProblem extends Error {
  constructor(why, cause) {
    super(why, { cause });
    this.why = why;
    if (cause) console.warn(`${why}: ${cause.message}`);
  }
}

/**
 * Runs a function beside in-page.js in some frames; gives executeScript's results. It is tried again while
 * the tab still shows the page of the click: a browser under load may refuse for an instant what the click
 * has just allowed.
 */
async function run(ask, frames, func, args = []) {
  const target = { tabId: ask.tab, ...frames };
  for (let tries = 1; ; tries++) {
    try {
      await chrome.scripting.executeScript({ target, files: [IN_PAGE] });
      return await chrome.scripting.executeScript({ target, func, args });
    } catch (error) {
      // closed, moved on, or a page that no extension may touch
      if (tries === TRIES || !(await isThere(ask))) throw new TabProblem("lost", error);
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }
}

/** Calls one function of in-page.js in one frame. */
export async function call(ask, name, argument = null) {
  const calling = async (named, given) => {
    try {
      return { value: await globalThis.firstseen[named](given) };
    } catch (error) {
      return { why: error.name === "SecurityError" ? "tainted" : error.message };
    }
  };
  const done = await run(ask, { frameIds: [ask.frame] }, calling, [name, argument]);
  const { value, why } = done[0].result ?? { why: "lost" };
  if (why !== undefined) throw new TabProblem(why);
  return value;
}

/** The media of every frame that may be read, largest first. */
export async function mediaOf(ask) {
  const frames = await run(ask, { allFrames: true }, () => globalThis.firstseen?.list() ?? []);
  return frames
    .flatMap(({ frameId, result }) => (result ?? []).map((medium) => ({ ...medium, frame: frameId })))
    .sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height);
}

/** Bytes that a function of in-page.js keeps for us, fetched in pieces. */
export async function bytes(ask, name, argument) {
  const kept = await call(ask, name, argument);
  const parts = [];
  for (let start = 0; start < kept.size; start += PIECE) {
    const end = start + PIECE;
    parts.push(fromBase64(await call(ask, "piece", { blob: kept.blob, start, end })));
  }
  return new Blob(parts, { type: kept.type });
}

const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

let lastCapture = 0;

/** A picture of what the window shows, if it still shows the tab and the address of the click. */
export async function capture(ask) {
  await stillThere(ask);
  const wait = lastCapture + APART_MS - Date.now();
  if (wait > 0) await new Promise((done) => setTimeout(done, wait));
  lastCapture = Date.now();
  let address;
  try {
    address = await chrome.tabs.captureVisibleTab(ask.window, { format: "png" });
  } catch (error) {
    throw new TabProblem("lost", error);
  }
  await stillThere(ask); // else the picture may be of another tab
  const data = fromBase64(address.slice(address.indexOf(",") + 1));
  return createImageBitmap(new Blob([data], { type: "image/png" }));
}

async function stillThere(ask) {
  if (!(await isThere(ask))) throw new TabProblem("lost");
}

async function isThere(ask) {
  const [tab] = await chrome.tabs.query({ active: true, windowId: ask.window });
  return tab?.id === ask.tab && withoutHash(tab.url ?? "") === withoutHash(ask.page.url);
}

const withoutHash = (address) => address.split("#")[0];
