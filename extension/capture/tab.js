// Reaching into the tab that was clicked: calls of what in-page.js offers, and pictures of the window.
//
// The permission for it (activeTab) came with the click, and ends when the tab goes elsewhere.

const IN_PAGE = "/page/in-page.js"; // from the root: Firefox resolves other paths against the panel's own
const PIECE = 3 * 2 ** 20; // bytes; a multiple of three, so that base64 has no padding within
const APART_MS = 550; // the browser allows two captures a second

/** why: lost (the tab went elsewhere) | a word that in-page.js throws | what the browser said */
export class TabProblem extends Error {
  constructor(why, cause) {
    super(why, { cause });
    this.why = why;
    if (cause) console.warn(`${why}: ${cause.message}`);
  }
}

/** Calls one function of in-page.js in one frame. */
export async function call(ask, name, argument = null) {
  const target = { tabId: ask.tab, frameIds: [ask.frame] };
  let done;
  try {
    await chrome.scripting.executeScript({ target, files: [IN_PAGE] });
    done = await chrome.scripting.executeScript({
      target,
      func: async (named, given) => {
        try {
          return { value: await globalThis.firstseen[named](given) };
        } catch (error) {
          return { why: error.name === "SecurityError" ? "tainted" : error.message };
        }
      },
      args: [name, argument],
    });
  } catch (error) {
    throw new TabProblem("lost", error); // closed, moved on, or a page that no extension may touch
  }
  const { value, why } = done[0].result ?? { why: "lost" };
  if (why !== undefined) throw new TabProblem(why);
  return value;
}

/** The media of every frame that may be read, largest first. */
export async function mediaOf(ask) {
  const target = { tabId: ask.tab, allFrames: true };
  try {
    await chrome.scripting.executeScript({ target, files: [IN_PAGE] });
    const frames = await chrome.scripting.executeScript({
      target,
      func: () => globalThis.firstseen?.list() ?? [],
    });
    return frames
      .flatMap(({ frameId, result }) => (result ?? []).map((medium) => ({ ...medium, frame: frameId })))
      .sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height);
  } catch (error) {
    throw new TabProblem("lost", error);
  }
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
  const [tab] = await chrome.tabs.query({ active: true, windowId: ask.window });
  const here = tab?.id === ask.tab && withoutHash(tab.url ?? "") === withoutHash(ask.page.url);
  if (!here) throw new TabProblem("lost");
}

const withoutHash = (address) => address.split("#")[0];
