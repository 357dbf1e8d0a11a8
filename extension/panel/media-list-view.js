// The page's media, the largest first, and what is on screen.

import { boxInScreenshot, captureAtRest } from "../capture/boxes.js";
import { capture, mediaOf } from "../capture/tab.js";
import { h, icon, show } from "../parts/elements.js";
import { plural, t } from "../texts/messages.js";
import { clock } from "../texts/panel-formatting.js";
import { tabText } from "../texts/problem-texts.js";

const THUMBNAIL = 96; // pixels

export async function listView(view, panel, { ask }) {
  const list = h("ul.media");
  const count = h("p.hint");
  show(
    view,
    h("h1", { tabIndex: -1 }, t("list_title")),
    h("p.page", { dir: "auto" }, ask.page.title || ask.page.url),
    count,
    list,
    h(
      "div.row",
      {},
      h("button", { type: "button", onclick: () => open(null) }, icon("screen"), t("way_screen")),
      h("button", { type: "button", onclick: () => listView(view, panel, { ask }) }, icon("again"), t("look_again")),
    ),
    /^https?:/.test(ask.page.url) &&
      h("button.quiet.wide", { type: "button", onclick: () => open(null, ask.page.url) }, t("list_page_link")),
  );
  view.querySelector("h1").focus({ preventScroll: true });

  function open(medium, address = null) {
    const wanted = {
      ...ask,
      kind: medium?.kind ?? (address ? "link" : "screen"),
      link: address,
      frame: medium?.frame ?? 0,
    };
    return panel.go({ name: "prepare", ask: wanted, medium });
  }

  let media;
  try {
    media = await mediaOf(ask);
  } catch (problem) {
    count.textContent = tabText(problem);
    return;
  }
  count.textContent = media.length ? plural("list_count", media.length) : t("list_none");
  const thumbnails = media.map((medium) => {
    const thumbnail = h("span.thumbnail", {}, icon(medium.kind));
    list.append(
      h(
        "li",
        {},
        h(
          "button.medium",
          { type: "button", onclick: () => open(medium) },
          thumbnail,
          h(
            "span",
            {},
            h("span.what", { dir: "auto" }, medium.alt || t(`kind_${medium.kind}`)),
            h("span.hint", {}, details(medium)),
          ),
        ),
      ),
    );
    return thumbnail;
  });
  await paint(ask, media, thumbnails);
}

const isInView = ({ frame, inView }) => frame === 0 && inView > 0;

function details({ kind, width, height, duration, locked }) {
  const size = width ? t("pixels", { width, height }) : t("not_loaded");
  return [t(`kind_${kind}`), size, duration ? clock(duration) : null, locked ? t("locked") : null]
    .filter(Boolean)
    .join(" · ");
}

/** Small pictures out of one capture of the window: nothing is asked of any server for them. */
async function paint(ask, media, thumbnails) {
  if (!media.some(isInView)) return;
  const places = new Map(media.map((medium, i) => [`${medium.frame} ${medium.token}`, thumbnails[i]]));
  const list = async () => (await mediaOf(ask)).filter(isInView);
  const atRest = await captureAtRest(list, () => capture(ask)).catch(() => null);
  if (!atRest) return;
  for (const medium of atRest.media) {
    const place = places.get(`${medium.frame} ${medium.token}`);
    const box = boxInScreenshot(medium.box, { width: medium.window }, atRest.picture);
    if (!place) continue;
    if (box.width < 8 || box.height < 8) continue;
    const side = Math.min(box.width, box.height);
    const canvas = h("canvas", { width: THUMBNAIL, height: THUMBNAIL });
    const [left, top] = [box.left + (box.width - side) / 2, box.top + (box.height - side) / 2];
    canvas.getContext("2d").drawImage(atRest.picture, left, top, side, side, 0, 0, THUMBNAIL, THUMBNAIL);
    show(place, canvas);
  }
}
