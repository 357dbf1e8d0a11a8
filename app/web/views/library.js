// The library: searched, narrowed by year and place; and new footage for it.

import { announce } from "../parts/announce.js";
import { columnsOf, sightingFields, textFields } from "../parts/context-fields.js";
import { button, field, input } from "../parts/controls.js";
import { formDialog } from "../parts/dialogs.js";
import { foreign, h } from "../parts/dom.js";
import { filters, listing, nothingFound } from "../parts/listing.js";
import { reasonOf } from "../parts/notices.js";
import { dotted, word } from "../parts/values.js";
import { sortedByDate } from "../report/appearance-dates.js";
import { uploadSignedIn } from "../state/api.js";
import { address } from "../state/route.js";
import { may } from "../state/session.js";
import { clock } from "../texts/formatting.js";
import { t } from "../texts/catalogue.js";
import { clipName, datedLine } from "../texts/wording.js";

const PAGE = 30;

export function libraryView(query) {
  let wanted = Object.fromEntries(query);
  const list = listing({ fetchPath, pick: (answer) => answer.clips, row: clipRow, empty });
  const form = filters(t("page-library-filter"), filterFields(wanted), (values) => {
    wanted = values;
    history.replaceState(null, "", address("library", null, values));
    list.reload();
  });
  const element = h(
    "div",
    { class: "list-view" },
    h("div", { class: "title-bar" }, h("h1", {}, t("page-nav-library")), may("library:write") && button(t("page-library-add"), add, { kind: "strong" })),
    form,
    list.element,
  );
  return { element, title: t("page-nav-library") };

  function fetchPath(after) {
    const year = /^\d{4}$/.test(wanted.year ?? "") ? wanted.year : null; // while one types it is none yet
    const given = Object.entries({ ...wanted, year, after, limit: PAGE }).filter(([, value]) => value);
    return `/v1/clips?${new URLSearchParams(given)}`;
  }

  function empty() {
    const narrowed = Object.values(wanted).some(Boolean);
    return nothingFound(narrowed, t("page-library-empty"), t("page-library-empty-more"));
  }
}

function filterFields(wanted) {
  const make = (name, attributes) => {
    const control = input(name, attributes);
    control.value = wanted[name] ?? "";
    return control;
  };
  return [
    field(t("page-library-search"), make("q", { type: "search", dir: "auto" })),
    field(t("page-library-year"), make("year", { inputmode: "numeric", maxlength: 4, dir: "ltr", pattern: "[0-9]{4}" })),
    field(t("page-library-place"), make("place", { dir: "auto" })),
  ];
}

function clipRow(clip) {
  const sightings = sortedByDate(clip.appearances ?? []).filter((sighting) => !["captured", "ingested"].includes(sighting.kind));
  const first = sightings[0];
  return h(
    "li",
    { class: "row clip-row" },
    h("img", { src: `/v1/clips/${clip.id}/picture`, alt: "", loading: "lazy", decoding: "async", onerror: (event) => event.target.classList.add("gone") }),
    h(
      "div",
      { class: "clip-said" },
      h("p", { class: "row-name" }, h("a", { href: address("library", clip.id) }, foreign(clipName(clip)))),
      h(
        "p",
        { class: "small" },
        dotted(
          h("span", { dir: "ltr" }, clip.id),
          word("page-kind", clip.kind),
          clip.duration_s ? h("span", { class: "num" }, clock(clip.duration_s)) : null,
          clip.place && foreign(clip.place),
        ),
      ),
      h("p", { class: "small" }, first ? foreign(datedLine(first)) : t("page-library-undated")),
    ),
  );
}

async function add() {
  const file = h("input", { type: "file", name: "file", required: true });
  const bar = h("progress", { max: 1, hidden: true, "aria-label": t("page-progress") });
  const answer = await formDialog(
    t("page-library-add"),
    t("page-library-add-lead"),
    [field(t("page-library-file"), file), h("div", { class: "grid" }, textFields()), h("h3", {}, t("page-add-date")), h("div", { class: "grid" }, sightingFields({ required: false })), bar],
    t("page-library-add-do"),
    async (form) => {
      const sent = new FormData();
      Object.entries(columnsOf(form)).forEach(([name, value]) => sent.set(name, value));
      sent.set("file", file.files[0]);
      bar.hidden = false;
      try {
        return await uploadSignedIn("/v1/clips", sent, { onSent: (done, all) => (done < all ? (bar.value = done / all) : bar.removeAttribute("value")) });
      } finally {
        bar.hidden = true;
      }
    },
    { onError: reasonOf },
  );
  if (!answer) return;
  const clip = answer.content.clip ?? answer.content;
  announce(t(answer.status === 200 ? "page-library-known" : "page-add-done", { id: clip.id }));
  location.hash = address("library", clip.id);
}
