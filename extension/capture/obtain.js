// How the bytes are obtained, best first. The panel always says which, because it matters.
//
//   file_page     the medium's own bytes, read as the page may read them
//   file_host     the same, with the person's permission for the medium's host
//   canvas_still  the picture the page shows, drawn anew; canvas_clip: for some seconds
//   screen_still  what is on screen, cut out; screen_clip: for some seconds
//   link          nothing from here: the service fetches the address itself

import { mayReach } from "../browser/host-permissions.js";
import { isMediaType } from "./media-files.js";
import { RECORDED_TYPES } from "./screen.js";
import { bytes, TabProblem } from "./tab.js";

const MOST_BYTES = 500_000_000;

/**
 * The best that can be had without asking the person anything.
 *
 * Gives {blob, how, host}: blob null where nothing could be had; host: whose permission would give
 * the medium's own bytes, or null.
 */
export async function obtain(ask, medium) {
  if (medium.locked) throw new TabProblem("locked");
  const address = medium.src;
  try {
    return { blob: asMedia(await bytes(ask, "read", medium.token)), how: "file_page", host: null };
  } catch (error) {
    refuseLost(error);
  }
  const remote = /^https?:/.test(address);
  let host = remote ? address : null;
  if (remote && (await mayReach(address))) {
    try {
      return { blob: await fromHost(address), how: "file_host", host: null };
    } catch {
      host = null; // its permission did not help
    }
  }
  try {
    return { blob: await bytes(ask, "still", medium.token), how: "canvas_still", host };
  } catch (error) {
    refuseLost(error);
    return { blob: null, how: null, host };
  }
}

/** The medium's own bytes from its host, with the cookies that the browser has for it. */
export async function fromHost(address) {
  const answer = await fetch(address, {
    credentials: "include",
    cache: "force-cache",
    referrerPolicy: "no-referrer",
  });
  if (!answer.ok) throw new TabProblem(`status ${answer.status}`);
  if (Number(answer.headers.get("content-length")) > MOST_BYTES) throw new TabProblem("too_large");
  return asMedia(await answer.blob());
}

export const recordVideo = (ask, medium, seconds) =>
  bytes(ask, "record", { at: medium.token, seconds, types: RECORDED_TYPES });

function asMedia(blob) {
  if (!isMediaType(blob.type) || blob.size === 0) throw new TabProblem("not_media");
  return blob;
}

function refuseLost(error) {
  const hopeless = ["lost", "gone", "locked", "too_large"];
  if (hopeless.includes(error.why)) throw error;
}
