// Where items come in: dropped, chosen, pasted or by link, with what is claimed of them.

import { announce } from "../parts/announce.js";
import { submissionRow } from "../parts/check-row.js";
import { complaint, field, input } from "../parts/controls.js";
import { fill, foreign, freshId, h } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { emptiness } from "../parts/notices.js";
import { ask } from "../state/api.js";
import { offers } from "../state/session.js";
import { restore, submissions, submitItem, submittedItems } from "../state/submissions.js";
import { size } from "../texts/formatting.js";
import { t } from "../texts/catalogue.js";

const BROUGHT_BACK = 12;
const DATE = /^\d{4}(-?\d{2}(-?\d{2}([T ].+)?)?|-?W\d{2}(-?\d)?|-\d{3})?$/;

export function intakeView() {
  const staged = []; // {file, name, context, date, place}
  const date = input("claimed_date", { placeholder: "2022-11-27", inputmode: "text", dir: "ltr" });
  const place = input("claimed_place", { maxlength: 500, dir: "auto" });
  const link = input("url", { type: "url", placeholder: "https://", dir: "ltr" });
  const dateField = field(t("report-claimed-date"), date, { optional: true, help: t("page-claim-date-help") });
  const placeField = field(t("report-claimed-place"), place, { optional: true });
  const linkField = field(t("page-intake-link"), link, { help: t("page-intake-link-help") });
  const nothingYet = complaint();
  const tray = h("ul", { class: "tray", "aria-label": t("page-intake-tray") });
  const submit = h("button", { type: "submit", class: "button strong wide-button" }, t("page-intake-check"));
  const zone = dropZone((files) => stage(files));

  const form = h(
    "form",
    {
      class: "intake",
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        send();
      },
    },
    h("div", { class: "intake-what" }, zone.element, tray, ...(offers("links") ? [h("p", { class: "or" }, h("span", {}, t("page-or"))), linkField] : [nothingYet])),
    h(
      "fieldset",
      { class: "intake-claim" },
      h("legend", {}, t("page-claim-title")),
      h("p", { class: "help" }, t("page-claim-lead")),
      dateField,
      placeField,
      submit,
    ),
  );

  const list = h("ol", { class: "rows", role: "list" });
  const rows = new Map(); // item -> row
  const none = emptiness(t("page-queue-empty"), t("page-queue-empty-more"));
  const onChange = ({ detail }) => {
    if (detail && rows.has(detail)) rows.get(detail).update();
    else relist();
  };
  const onPaste = (event) => pasted(event);
  const element = h(
    "div",
    { class: "desk" },
    h("section", { class: "desk-in" }, h("h1", {}, t("page-intake-title")), h("p", { class: "lead" }, t("page-intake-lead")), form),
    h(
      "section",
      { class: "desk-out", "aria-labelledby": "desk-title" },
      h("h2", { id: "desk-title" }, t("page-queue-title")),
      none,
      list,
    ),
  );

  const onCorrect = ({ detail }) => {
    const { file, url, name, context, date: day = "", place: where = "" } = detail;
    if (url) link.value = url;
    else staged.push({ file, name, context, date: staged.length ? day : "", place: staged.length ? where : "" });
    if (url || staged.length === 1) [date.value, place.value] = [day, where];
    showTray();
    date.focus();
  };
  submissions.addEventListener("change", onChange);
  submissions.addEventListener("correct", onCorrect);
  document.addEventListener("paste", onPaste);
  relist();
  fetchRecent();
  showTray();
  return {
    element,
    title: t("page-nav-check"),
    wide: true,
    stop: () => {
      submissions.removeEventListener("change", onChange);
      submissions.removeEventListener("correct", onCorrect);
      document.removeEventListener("paste", onPaste);
    },
  };

  function stage(files, context = null) {
    for (const file of files) staged.push({ file, name: nameOf(file, context), context, date: "", place: "" });
    if (files.length) announce(t("page-intake-staged", { count: staged.length }));
    showTray();
    if (files.length) submit.focus();
  }

  function showTray() {
    const several = staged.length > 1;
    fill(tray, staged.map((item) => trayRow(item, several || Boolean(item.date || item.place), () => {
      staged.splice(staged.indexOf(item), 1);
      showTray();
      zone.focus();
    })));
    tray.hidden = !staged.length;
    submit.textContent = staged.length > 1 ? t("page-intake-check-count", { count: staged.length }) : t("page-intake-check");
  }

  function send() {
    const url = link.value.trim();
    if (!staged.length && !url) {
      (offers("links") ? linkField : nothingYet).complain(t("page-intake-nothing"));
      zone.focus();
      announce(t("page-intake-nothing"));
      return;
    }
    if (url && !/^https?:\/\/\S+$/i.test(url)) {
      linkField.complain(t("page-intake-link-wrong"));
      link.focus();
      return;
    }
    if (date.value.trim() && !DATE.test(date.value.trim())) {
      dateField.complain(t("page-claim-date-wrong"));
      date.focus();
      return;
    }
    const wrong = staged.find((item) => item.date && !DATE.test(item.date));
    if (wrong) {
      wrong.complain(t("page-claim-date-wrong"));
      return;
    }
    [linkField, dateField, nothingYet].forEach((place) => place.complain(null));
    const shared = { date: date.value.trim(), place: place.value.trim() };
    for (const item of staged) {
      submitItem({ ...item, date: item.date || shared.date, place: item.place || shared.place });
    }
    if (url) submitItem({ url, name: url, ...shared });
    announce(t("page-intake-sent", { count: staged.length + (url ? 1 : 0) }));
    staged.length = 0;
    form.reset();
    showTray();
  }

  function pasted(event) {
    const typing = event.target instanceof HTMLInputElement && event.target.type !== "file";
    const files = [...event.clipboardData.files];
    if (files.length) {
      event.preventDefault();
      stage(files, { how: "pasted" });
    } else if (!typing && offers("links")) {
      const text = event.clipboardData.getData("text/plain").trim();
      if (/^https?:\/\/\S+$/i.test(text)) {
        link.value = text;
        link.focus();
      }
    }
  }

  function relist() {
    const items = submittedItems();
    for (const item of rows.keys()) if (!items.includes(item)) rows.delete(item);
    for (const item of items) if (!rows.has(item)) rows.set(item, submissionRow(item));
    const wanted = items.map((item) => rows.get(item).element);
    // moved only where the order changed, so that what has the focus keeps it
    if (wanted.some((row, index) => list.children[index] !== row) || list.children.length !== wanted.length) {
      const focused = document.activeElement;
      fill(list, wanted);
      if (list.contains(focused)) focused.focus();
    }
    none.hidden = items.length > 0;
  }

  async function fetchRecent() {
    try {
      const { checks } = await ask("GET", `/v1/checks?limit=${BROUGHT_BACK}`);
      restore(checks);
    } catch {
      // the list shows what this window handed in; the history says what is wrong
    }
  }
}

function nameOf(file, context) {
  if (context?.how !== "pasted") return file.name;
  const now = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  return `pasted-${now}.${file.name.split(".").pop() || "png"}`;
}

function dropZone(onFiles) {
  const id = freshId("file");
  const chooser = h("input", {
    type: "file",
    id,
    multiple: true,
    "aria-describedby": `${id}-more`,
    onchange: () => {
      onFiles([...chooser.files]);
      chooser.value = "";
    },
  });
  const element = h(
    "label",
    { class: "drop", for: id },
    chooser,
    icon("file"),
    h("span", { class: "drop-title" }, t("page-intake-drop")),
    h("span", { class: "drop-more", id: `${id}-more` }, t(offers("links") ? "page-intake-drop-more" : "page-intake-drop-files")),
  );
  let depth = 0; // dragenter and dragleave come for every child
  const over = (by) => {
    depth = Math.max(0, depth + by);
    element.classList.toggle("over", depth > 0);
  };
  element.addEventListener("dragenter", () => over(1));
  element.addEventListener("dragleave", () => over(-1));
  element.addEventListener("dragover", (event) => event.preventDefault());
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    over(-depth);
    onFiles([...event.dataTransfer.files]);
  });
  return { element, focus: () => chooser.focus() };
}

function trayRow(item, withOwn, onRemove) {
  const problem = complaint();
  const own = (name, label, attributes) =>
    input(name, {
      "aria-label": t(label, { name: item.name }),
      value: item[name],
      placeholder: t(`page-claim-shared-${name}`),
      oninput: (event) => (item[name] = event.target.value.trim()),
      ...attributes,
    });
  const date = own("date", "page-claim-date-of", { dir: "ltr" });
  item.complain = (text) => {
    problem.complain(text);
    date.setAttribute("aria-invalid", "true");
    date.focus();
    announce(text);
  };
  return h(
    "li",
    {},
    icon("file"),
    h("span", { class: "tray-name" }, foreign(item.name), h("span", { class: "small num" }, ` ${size(item.file.size)}`)),
    h(
      "button",
      { type: "button", class: "button quiet square", "aria-label": t("page-intake-remove", { name: item.name }), onclick: onRemove },
      icon("close"),
    ),
    withOwn && h("div", { class: "own" }, date, own("place", "page-claim-place-of", { dir: "auto", maxlength: 500 })),
    withOwn && problem,
  );
}
