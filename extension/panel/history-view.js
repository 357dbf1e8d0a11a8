// What was checked from here, newest first, until somebody wipes it.

import { checks, wipe } from "../browser/storage.js";
import { h, show } from "../parts/elements.js";
import { unfollow } from "../service/follow.js";
import { FINAL } from "../service/history-entry.js";
import { stopSending } from "../service/send.js";
import { locale, t } from "../texts/messages.js";
import { dateTimeText } from "../texts/panel-formatting.js";

export function historyView(view, panel) {
  const list = h("ul.history");
  const wipeButton = h("button.quiet.danger", { type: "button", onclick: askToWipe }, t("wipe"));
  const none = h("div.empty", {}, h("p", {}, t("history_none")), h("p.hint", {}, t("history_how")));
  const dialog = wipeDialog();
  show(view, h("h1", { tabIndex: -1 }, t("history")), none, list, wipeButton, dialog);
  view.querySelector("h1").focus({ preventScroll: true });

  async function fill() {
    const all = await checks();
    none.hidden = all.length > 0;
    wipeButton.hidden = all.length === 0;
    show(
      list,
      all.map((entry) => row(entry, panel)),
    );
  }

  function askToWipe() {
    dialog.showModal();
  }

  function wipeDialog() {
    const alsoThere = h("input", { type: "checkbox" });
    const form = h(
      "form",
      { method: "dialog" },
      h("h2", {}, t("wipe_title")),
      h("p", {}, t("wipe_text")),
      h("label.choice", {}, alsoThere, h("span", {}, t("wipe_service"))),
      h("div.row", {}, h("button.danger", { value: "wipe" }, t("wipe")), h("button", { value: "" }, t("keep"))),
    );
    return h(
      "dialog",
      {
        onclose: async (event) => {
          if (event.target.returnValue !== "wipe") return;
          const all = await checks();
          for (const { id } of all) {
            unfollow(id);
            stopSending(id, true);
          }
          if (alsoThere.checked && panel.api) {
            await Promise.allSettled(all.filter((e) => e.check).map((e) => panel.api.forget(e.check)));
          }
          await wipe();
          await fill();
          panel.say(t("wiped"));
        },
      },
      form,
    );
  }

  fill();
  return { changed: fill };
}

function row(entry, panel) {
  const state = entry.state === "done" ? (entry.tone ?? "none") : entry.state;
  return h(
    "li",
    {},
    h(
      "button.entry",
      { type: "button", onclick: () => panel.go({ name: "check", id: entry.id }) },
      h("span.badge", { className: `badge ${state}` }, t(`state_${state}`)),
      h("span.what", { dir: "auto" }, entry.headline ?? entry.name),
      h(
        "span.hint",
        { dir: "auto" },
        [entry.headline ? entry.name : null, dateTimeText(entry.at, locale)].filter(Boolean).join(" · "),
      ),
      !FINAL.includes(entry.state) && h("progress", { "aria-label": t(`state_${state}`) }),
      entry.finding === "contradicted" && h("span.against", {}, t("finding_contradicted")),
    ),
  );
}
