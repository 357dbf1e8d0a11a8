// What a screen reader is told when something changes out of sight.

/** Told when there is a pause; the newest of several counts. */
export function announce(text) {
  say(document.getElementById("polite"), text);
}

/** Told at once: for what went wrong. */
export function alarm(text) {
  say(document.getElementById("assertive"), text);
}

function say(region, text) {
  region.textContent = "";
  // the same words twice are told twice only where the region was empty in between
  setTimeout(() => {
    region.textContent = text;
  }, 60);
}
