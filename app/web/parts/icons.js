// The page's few icons, drawn on a grid of 16. Always beside a word, so hidden from readers.

import { svg } from "./dom.js";

const PATHS = {
  known: "M2 4.5h8v7H2zM6 4.5V2h8v7h-4",
  unsure: "M5.6 6a2.4 2.4 0 1 1 3.5 2.1c-.8.5-1.1.9-1.1 1.7M8 12.2v.3M8 1.2a6.8 6.8 0 1 0 0 13.6A6.8 6.8 0 0 0 8 1.2z",
  nothing: "M4.5 8h7M8 1.2a6.8 6.8 0 1 0 0 13.6A6.8 6.8 0 0 0 8 1.2z",
  unreadable: "M8 1.8 15 14H1zM8 6v4M8 11.8v.4",
  waiting: "M8 1.2a6.8 6.8 0 1 0 0 13.6A6.8 6.8 0 0 0 8 1.2zM8 4v4.2l2.6 1.6",
  against: "M8 1.2a6.8 6.8 0 1 0 0 13.6A6.8 6.8 0 0 0 8 1.2zM5.5 5.5l5 5M10.5 5.5l-5 5",
  plain: "M8 1.2a6.8 6.8 0 1 0 0 13.6A6.8 6.8 0 0 0 8 1.2zM8 7.2v4M8 4.6v.3",
  previous: "M10 3 5 8l5 5",
  next: "M6 3l5 5-5 5",
  play: "M4.5 2.8v10.4L13 8z",
  pause: "M5 3v10M11 3v10",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  file: "M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3",
  link: "M6.5 9.5l3-3M7 4.5l1.7-1.7a2.9 2.9 0 0 1 4.1 4.1L11 8.6M9 11.5l-1.7 1.7a2.9 2.9 0 0 1-4.1-4.1L5 7.4",
};

export function icon(name, extra = "") {
  return svg(
    "svg",
    { class: `icon ${extra}`, viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] ?? PATHS.plain }),
  );
}
