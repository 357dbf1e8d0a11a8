// One clip of the library: what is known of it, when it was seen, and what matched it.

import { alarm, announce } from "../parts/announce.js";
import { verdictLine } from "../parts/check-row.js";
import { sightingFields, sightingOf, textFields, TEXTS, textsOf } from "../parts/context-fields.js";
import { button } from "../parts/controls.js";
import { confirm, formDialog } from "../parts/dialogs.js";
import { fill, foreign, h } from "../parts/dom.js";
import { emptiness, reasonOf, trouble } from "../parts/notices.js";
import { figures, word } from "../parts/values.js";
import { appearancesView } from "../report/appearances.js";
import { ask } from "../state/api.js";
import { address } from "../state/route.js";
import { may } from "../state/session.js";
import { clock, size, utcTime } from "../texts/formatting.js";
import { t } from "../texts/catalogue.js";
import { clipName, toneOfSummary } from "../texts/wording.js";

const CHANGEABLE = ["published", "archived", "attested", "captured"];

export function clipView(id) {
  const element = h("div", { class: "clip-view" }, h("p", { class: "loading" }, t("page-loading")));
  load();
  return { element, title: id };

  async function load() {
    try {
      const clip = await ask("GET", `/v1/clips/${id}`);
      document.title = t("page-title", { title: clipName(clip) });
      draw(clip);
      await matched();
    } catch (error) {
      fill(element, error.status === 404 ? emptiness(t("page-clip-unknown"), t("page-clip-unknown-more"), h("a", { class: "button", href: address("library") }, t("page-nav-library"))) : trouble(reasonOf(error), button(t("page-again"), load)));
    }
  }

  function draw(clip) {
    const writes = may("library:write");
    fill(
      element,
      h("p", { class: "crumb" }, h("a", { href: address("library") }, t("page-nav-library"))),
      h(
        "div",
        { class: "clip-top" },
        h("img", { src: `/v1/clips/${id}/picture`, alt: t("page-alt-clip"), onerror: (event) => event.target.classList.add("gone") }),
        h(
          "div",
          {},
          h("h1", {}, foreign(clipName(clip))),
          figures([
            [t("page-clip-id"), h("span", { dir: "ltr" }, clip.id)],
            [t("page-item-kind"), word("page-kind", clip.kind)],
            [t("page-item-duration"), clip.duration_s ? h("span", { class: "num" }, clock(clip.duration_s)) : null],
            [t("page-item-frame"), h("span", { class: "num", dir: "ltr" }, `${clip.width} × ${clip.height}`)],
            [t("page-item-bytes"), size(clip.bytes)],
            [t("page-clip-file"), foreign(clip.name)],
          ]),
          figures(TEXTS.filter((name) => name !== "title" && clip[name]).map((name) => [t(`page-context-${name}`), foreign(clip[name])])),
          h("p", { class: "hash small", dir: "ltr" }, "SHA-256 ", h("code", {}, clip.sha256)),
          writes &&
            h(
              "div",
              { class: "actions" },
              button(t("page-clip-edit"), () => edit(clip), { kind: "strong" }),
              button(t("page-clip-add-date"), addSighting),
              button(t("page-clip-remove"), () => remove(clip), { kind: "danger-quiet" }),
            ),
        ),
      ),
      appearancesView(clip.appearances, null, (row) => writes && CHANGEABLE.includes(row.kind) && row.n && removal(row)),
      changesView(clip.edits ?? []),
      h("section", { id: "matched", "aria-labelledby": "matched-title" }, h("h2", { id: "matched-title" }, t("page-clip-matched")), h("div", { class: "matched" })),
    );
  }

  function removal(row) {
    return button(t("page-date-remove"), () => forget(row), { kind: "small quiet", name: t("page-date-remove-of", { date: row.date }) });
  }

  async function matched() {
    const place = element.querySelector(".matched");
    if (!place) return;
    if (!may("check")) return fill(place, h("p", { class: "soft" }, t("page-clip-matched-hidden")));
    try {
      const { checks } = await ask("GET", `/v1/clips/${id}/checks`);
      fill(place, checks.length ? h("ol", { class: "rows", role: "list" }, checks.map(matchedRow)) : h("p", { class: "soft" }, t("page-clip-matched-none")));
    } catch (error) {
      fill(place, trouble(reasonOf(error), button(t("page-again"), matched)));
    }
  }

  async function edit(clip) {
    const done = await formDialog(t("page-clip-edit"), t("page-clip-edit-lead"), h("div", { class: "grid" }, textFields(clip)), t("page-save"), (form) => ask("PATCH", `/v1/clips/${id}`, textsOf(form)), { onError: reasonOf });
    if (done) await changed(t("page-saved"));
  }

  async function addSighting() {
    const done = await formDialog(t("page-clip-add-date"), t("page-date-lead"), sightingFields({ required: true }), t("page-save"), (form) => ask("POST", `/v1/clips/${id}/appearances`, sightingOf(form)), { onError: reasonOf });
    if (done) await changed(t("page-saved"));
  }

  async function forget(row) {
    if (!(await confirm(t("page-date-remove"), t("page-date-remove-more", { date: row.date }), t("page-date-remove")))) return;
    try {
      await ask("DELETE", `/v1/clips/${id}/appearances/${row.n}`);
      await changed(t("page-deleted"));
    } catch (error) {
      alarm(reasonOf(error));
    }
  }

  async function remove(clip) {
    if (!(await confirm(t("page-clip-remove"), t("page-clip-remove-more", { name: clipName(clip) }), t("page-clip-remove")))) return;
    try {
      await ask("DELETE", `/v1/clips/${id}`);
      announce(t("page-deleted"));
      location.hash = address("library");
    } catch (error) {
      alarm(reasonOf(error));
    }
  }

  async function changed(text) {
    await load();
    announce(text);
  }
}

function matchedRow(check) {
  const summary = { ...check, state: "done", item: { name: check.name } };
  return h(
    "li",
    { class: "row", "data-tone": toneOfSummary(summary) },
    h(
      "div",
      { class: "row-head" },
      h("p", { class: "row-name" }, h("a", { href: address("checks", check.id) }, foreign(check.name))),
      h("p", { class: "row-state" }, h("time", { datetime: check.created_at, class: "num" }, utcTime(check.created_at))),
    ),
    check.headline && h("p", { class: "row-said" }, verdictLine(summary)),
  );
}

/** Every change of what is known of the clip, and who made it. */
function changesView(edits) {
  if (!edits.length) return null;
  return h(
    "details",
    { class: "changes" },
    h("summary", {}, t("page-changes-title", { count: edits.length })),
    h(
      "ol",
      { class: "plain" },
      edits.map(({ field, before, after, entered_by: by, at }) =>
        h(
          "li",
          {},
          h("b", {}, word("page-context", field)),
          ": ",
          before === null ? t("page-changes-nothing") : foreign(before),
          " → ",
          after === null ? t("page-changes-nothing") : foreign(after),
          h("span", { class: "small" }, `, ${utcTime(at)}, `, foreign(t("report-added-by", { name: by }))),
        ),
      ),
    ),
  );
}
