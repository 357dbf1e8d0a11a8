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
import { t } from "../texts/strings.js";
import { clipName, toneOfSummary } from "../texts/wording.js";

const CHANGEABLE = ["published", "archived", "attested", "captured"];

export function clipView(id) {
  const element = h("div", { class: "clip-view" }, h("p", { class: "loading" }, t("loading")));
  load();
  return { element, title: id };

  async function load() {
    try {
      const clip = await ask("GET", `/v1/clips/${id}`);
      document.title = `${clipName(clip)} – firstseen`;
      draw(clip);
      await matched();
    } catch (error) {
      fill(element, error.status === 404 ? emptiness(t("clip.unknown"), t("clip.unknown.more"), h("a", { class: "button", href: address("library") }, t("nav.library"))) : trouble(reasonOf(error), button(t("again"), load)));
    }
  }

  function draw(clip) {
    const writes = may("library:write");
    fill(
      element,
      h("p", { class: "crumb" }, h("a", { href: address("library") }, t("nav.library"))),
      h(
        "div",
        { class: "clip-top" },
        h("img", { src: `/v1/clips/${id}/picture`, alt: t("alt.clip"), onerror: (event) => event.target.classList.add("gone") }),
        h(
          "div",
          {},
          h("h1", {}, foreign(clipName(clip))),
          figures([
            [t("clip.id"), h("span", { dir: "ltr" }, clip.id)],
            [t("item.kind"), word("item.kind", clip.kind)],
            [t("item.duration"), clip.duration_s ? h("span", { class: "num" }, clock(clip.duration_s)) : null],
            [t("item.picture"), h("span", { class: "num", dir: "ltr" }, `${clip.width} × ${clip.height}`)],
            [t("item.bytes"), size(clip.bytes)],
            [t("clip.file"), foreign(clip.name)],
          ]),
          figures(TEXTS.filter((name) => name !== "title" && clip[name]).map((name) => [t(`context.${name}`), foreign(clip[name])])),
          h("p", { class: "hash small", dir: "ltr" }, "SHA-256 ", h("code", {}, clip.sha256)),
          writes &&
            h(
              "div",
              { class: "actions" },
              button(t("clip.edit"), () => edit(clip), { kind: "strong" }),
              button(t("clip.sighting"), addSighting),
              button(t("clip.remove"), () => remove(clip), { kind: "danger-quiet" }),
            ),
        ),
      ),
      appearancesView(clip.appearances, null, (row) => writes && CHANGEABLE.includes(row.kind) && row.n && removal(row)),
      changesView(clip.edits ?? []),
      h("section", { id: "matched", "aria-labelledby": "matched-title" }, h("h2", { id: "matched-title" }, t("clip.matched")), h("div", { class: "matched" })),
    );
  }

  function removal(row) {
    return button(t("sighting.remove"), () => forget(row), { kind: "small quiet", name: t("sighting.remove.of", { date: row.date }) });
  }

  async function matched() {
    const place = element.querySelector(".matched");
    if (!place) return;
    if (!may("check")) return fill(place, h("p", { class: "soft" }, t("clip.matched.hidden")));
    try {
      const { checks } = await ask("GET", `/v1/clips/${id}/checks`);
      fill(place, checks.length ? h("ol", { class: "rows", role: "list" }, checks.map(matchedRow)) : h("p", { class: "soft" }, t("clip.matched.none")));
    } catch (error) {
      fill(place, trouble(reasonOf(error), button(t("again"), matched)));
    }
  }

  async function edit(clip) {
    const done = await formDialog(t("clip.edit"), t("clip.edit.lead"), h("div", { class: "grid" }, textFields(clip)), t("save"), (form) => ask("PATCH", `/v1/clips/${id}`, textsOf(form)), { onError: reasonOf });
    if (done) await changed(t("saved"));
  }

  async function addSighting() {
    const done = await formDialog(t("clip.sighting"), t("sighting.lead"), sightingFields({ required: true }), t("save"), (form) => ask("POST", `/v1/clips/${id}/appearances`, sightingOf(form)), { onError: reasonOf });
    if (done) await changed(t("saved"));
  }

  async function forget(row) {
    if (!(await confirm(t("sighting.remove"), t("sighting.remove.more", { date: row.date }), t("sighting.remove")))) return;
    try {
      await ask("DELETE", `/v1/clips/${id}/appearances/${row.n}`);
      await changed(t("deleted"));
    } catch (error) {
      alarm(reasonOf(error));
    }
  }

  async function remove(clip) {
    if (!(await confirm(t("clip.remove"), t("clip.remove.more", { name: clipName(clip) }), t("clip.remove")))) return;
    try {
      await ask("DELETE", `/v1/clips/${id}`);
      announce(t("deleted"));
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
    h("summary", {}, t("changes.title", { n: edits.length })),
    h(
      "ol",
      { class: "plain" },
      edits.map(({ field, before, after, entered_by: by, at }) =>
        h(
          "li",
          {},
          h("b", {}, word("context", field)),
          ": ",
          before === null ? t("changes.nothing") : foreign(before),
          " → ",
          after === null ? t("changes.nothing") : foreign(after),
          h("span", { class: "small" }, `, ${utcTime(at)}, ${t("entered.by")} `, foreign(by)),
        ),
      ),
    ),
  );
}
