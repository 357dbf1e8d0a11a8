// What people say about an item and a clip: four decisions, a note, a name. Appended, never overwritten.

import { announce } from "../parts/announce.js";
import { button, field } from "../parts/controls.js";
import { fill, foreign, freshId, h } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { reasonOf } from "../parts/notices.js";
import { ask } from "../state/api.js";
import { may, whoami } from "../state/session.js";
import { utcTime } from "../texts/formatting.js";
import { t } from "../texts/catalogue.js";
import { standingDecisions } from "./standing-decisions.js";

export const DECISIONS = ["same_footage", "same_event", "different", "cannot_tell"];

/** Decisions of one check: load() fetches them; panel(match) is the place of one clip's. onLoaded is told too. */
export function decisionsOf(check, onLoaded = () => {}) {
  const panels = [];
  return { load, panel };

  function panel(match) {
    const own = decisionPanel(check, match, load);
    panels.push(own);
    return own.element;
  }

  async function load() {
    try {
      const answer = await ask("GET", `/v1/checks/${check.id}/decisions`);
      panels.forEach((own) => own.show(answer));
      onLoaded(answer);
    } catch (error) {
      panels.forEach((own) => own.complain(reasonOf(error)));
    }
  }
}

function decisionPanel(check, match, reload) {
  const clip = match.clip.id;
  const id = freshId("decisions");
  const list = h("ol", { class: "said-by", role: "list" });
  const split = h("p", { class: "split", hidden: true }, icon("unsure"), t("page-decide-split"));
  const complaint = h("p", { class: "field-error", role: "alert" });
  const name = freshId("decision");
  const note = h("textarea", { rows: 2, maxlength: 4000, dir: "auto" });
  const shared = h("input", { type: "checkbox" });
  const submit = h("button", { type: "submit", class: "button strong" }, t("page-decide-save"));
  const form = h(
    "form",
    { onsubmit: save, class: "no-print" },
    h(
      "fieldset",
      { class: "four" },
      h("legend", {}, t("page-decide-question")),
      DECISIONS.map((value) =>
        h("label", {}, h("input", { type: "radio", name, value, required: true }), h("span", {}, h("b", {}, t(`page-decision-${value}`)), h("small", {}, t(`page-decision-${value}-more`)))),
      ),
    ),
    field(t("page-decide-note"), note, { optional: true, help: t("page-decide-note-who") }),
    h("label", { class: "check" }, shared, h("span", {}, t("page-decide-note-share"))),
    complaint,
    h("div", { class: "actions" }, submit, h("span", { class: "small" }, t("page-decide-as", { name: whoami()?.name ?? "" }))),
  );
  const element = h(
    "section",
    { class: "decide", "aria-labelledby": id },
    h("h4", { id }, t("page-decide-title")),
    h("p", { class: "small" }, t("page-decide-lead")),
    split,
    list,
    may("check") && (match.accepted ? form : h("details", { class: "no-print" }, h("summary", {}, t("page-decide-open")), form)),
  );
  return { element, show, complain };

  function show({ decisions, disputed }) {
    const rows = standingDecisions(decisions.filter((decision) => decision.clip === clip));
    fill(list, rows.map((row) => decisionRow(row, withdraw)));
    list.hidden = !rows.length;
    split.hidden = !disputed.includes(clip);
  }

  function complain(text) {
    fill(complaint, text);
  }

  async function save(event) {
    event.preventDefault();
    if (submit.getAttribute("aria-busy") === "true") return;
    submit.setAttribute("aria-busy", "true");
    complain("");
    try {
      const decision = new FormData(form).get(name);
      await ask("POST", `/v1/checks/${check.id}/decisions`, { clip, decision, note: note.value.trim(), share_note: shared.checked });
      form.reset();
      await reload();
      announce(t("page-decide-saved"));
    } catch (error) {
      complain(reasonOf(error));
    } finally {
      submit.removeAttribute("aria-busy");
    }
  }

  async function withdraw(decision) {
    try {
      await ask("POST", `/v1/decisions/${decision.id}/withdraw`);
      await reload();
      announce(t("page-decide-withdrawn"));
      form.querySelector("input")?.focus();
    } catch (error) {
      complain(reasonOf(error));
    }
  }
}

function decisionRow({ decision, withdrawn, older }, onWithdraw) {
  return h(
    "li",
    { class: withdrawn ? "withdrawn" : older ? "older" : "" },
    h(
      "p",
      {},
      h("b", {}, t(`page-decision-${decision.decision}`)),
      " – ",
      foreign(decision.by),
      h("span", { class: "small" }, `, ${utcTime(decision.made_at)}`),
      withdrawn && h("span", { class: "tag" }, t("page-decide-taken-back")),
      !withdrawn && older && h("span", { class: "tag" }, t("page-decide-older")),
    ),
    decision.note && h("p", { class: "note", dir: "auto" }, decision.note),
    decision.note_withheld && h("p", { class: "small" }, t("page-decide-note-withheld")),
    decision.mine && !withdrawn && button(t("page-decide-undo"), () => onWithdraw(decision), { kind: "small quiet no-print" }),
  );
}
