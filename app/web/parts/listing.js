// A list that comes in pages, with a form that narrows it: the frame of history and library.

import { ask } from "../state/api.js";
import { t } from "../texts/catalogue.js";
import { announce } from "./announce.js";
import { button } from "./controls.js";
import { fill, h } from "./dom.js";
import { emptiness, reasonOf, trouble } from "./notices.js";

const TYPING_MS = 350;

/**
 * fetchPath(after) gives an address, pick(answer) its rows, row(one) an element.
 * Returns {element, reload}.
 */
export function listing({ fetchPath, pick, row, empty }) {
  const list = h("ol", { class: "rows", role: "list" });
  const more = h("div", { class: "actions" });
  const element = h("div", {}, list, more);
  let run = 0;
  reload();
  return { element, reload };

  async function reload() {
    run += 1;
    await page(null, run);
  }

  async function page(after, mine) {
    try {
      const answer = await ask("GET", fetchPath(after));
      if (mine !== run) return; // a newer search is on its way
      const rows = pick(answer);
      if (after === null) fill(list);
      list.append(...rows.map(row));
      fill(more, answer.next && button(t("page-list-more"), () => page(answer.next, mine)));
      if (after === null && !rows.length) fill(more, empty());
      if (after === null) announce(t("page-list-found", { count: rows.length }));
    } catch (error) {
      if (mine !== run) return;
      if (after === null) fill(list);
      fill(more, trouble(reasonOf(error), button(t("page-again"), () => page(after, mine))));
    }
  }
}

/** A form whose changes call onChange(values) once the typing pauses. */
export function filters(label, fields, onChange) {
  let timer = null;
  const form = h(
    "form",
    {
      class: "filters",
      role: "search",
      "aria-label": label,
      onsubmit: (event) => {
        event.preventDefault();
        now();
      },
      oninput: () => {
        clearTimeout(timer);
        timer = setTimeout(now, TYPING_MS);
      },
    },
    fields,
  );
  return form;

  function now() {
    clearTimeout(timer);
    onChange(Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()])));
  }
}

export function nothingFound(narrowed, title, text, ...actions) {
  return narrowed ? emptiness(t("page-list-none"), t("page-list-none-more")) : emptiness(title, text, ...actions);
}
