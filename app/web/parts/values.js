// Pieces of a report that stand in more than one place.

import { dateText, webAddress } from "../texts/formatting.js";
import { known } from "../texts/catalogue.js";
import { foreign, h } from "./dom.js";

/** A stranger's address: a link where it is http(s), else its text. */
export function addressLink(text) {
  const href = webAddress(text);
  if (!href) return foreign(text);
  return h("a", { href, rel: "noopener noreferrer nofollow", target: "_blank", dir: "ltr" }, breakable(text));
}

/** A long address may be broken after its strokes, rather than anywhere. */
function breakable(text) {
  return text.split(/(?<=[/?&=])(?=[^/])/).flatMap((part, index) => (index ? [h("wbr"), part] : [part]));
}

export function dateElement(date) {
  return h("time", { dir: "ltr" }, dateText(date));
}

/** A word of the report's own lists, or as it stands where it is new. */
export function word(list, value) {
  return known(`${list}-${value}`) ?? String(value).replaceAll("_", " ");
}

/** Names with values, as a list of figures. */
export function figures(pairs) {
  return h(
    "dl",
    { class: "figures" },
    pairs.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) =>
      h("div", {}, h("dt", {}, name), h("dd", {}, value)),
    ),
  );
}

/** "12.3 MB · 0:31.2", what is nothing left out. */
export function dotted(...parts) {
  const there = parts.filter((part) => part !== null && part !== undefined && part !== "");
  return there.flatMap((part, index) => (index ? [" · ", part] : [part]));
}
