// One item before it is sent: what it is, how it was obtained, what goes with it. Nothing leaves
// this computer for the service before the person presses "Check".

import { hostOf, requestPermission } from "../browser/host-permissions.js";
import { choices, choose } from "../browser/storage.js";
import { fileName } from "../capture/media-files.js";
import { offeredDays } from "../capture/nearby-dates.js";
import { fromHost, obtain, recordVideo } from "../capture/obtain.js";
import { cut, film, snapshot } from "../capture/screen.js";
import { call } from "../capture/tab.js";
import { cropper } from "../parts/crop.js";
import { h, show } from "../parts/elements.js";
import { contextOf } from "../service/item-context.js";
import { sendFile, sendLink } from "../service/send.js";
import { locale, t } from "../texts/messages.js";
import { size } from "../texts/panel-formatting.js";
import { tabText } from "../texts/problem-texts.js";

const SECONDS = 5;

export async function prepareView(view, panel, { ask, medium: known = null }) {
  let medium = known;
  let chosen = null; // {blob, how} or {how: "link", url}
  let preview = null; // the object URL of the preview
  let open = true; // false once the person went elsewhere

  const what = h("section.what-is-sent", { "aria-live": "polite" });
  const ways = h("div.ways");
  const form = await details(ask, () => medium, send);
  show(view, h("h1", { tabIndex: -1 }, t(`prepare_${ask.kind}`)), what, ways, form.element);
  view.querySelector("h1").focus({ preventScroll: true });

  function busy(text) {
    form.ready(false);
    show(what, h("p.busy", {}, h("progress"), h("span", {}, text)));
  }

  function failed(text) {
    chosen = null;
    form.ready(false);
    show(what, h("p.failed", {}, text));
    panel.say(text);
  }

  function asked(text) {
    chosen = null;
    form.ready(false);
    show(what, h("p", {}, text));
  }

  function take(blob, how) {
    if (!open) return;
    chosen = { blob, how };
    URL.revokeObjectURL(preview);
    preview = URL.createObjectURL(blob);
    const shown = blob.type.startsWith("video/")
      ? h("video.preview", { src: preview, controls: true, muted: true, playsInline: true, "aria-label": t("preview") })
      : h("img.preview", { src: preview, alt: t("preview") });
    show(
      what,
      shown,
      h("p.how", {}, h("strong", {}, t(`how_${how}`)), h("span.hint", {}, size(blob.size, locale))),
      h("p.hint", {}, t(`means_${how}`, { host: hostOf(medium?.src ?? "") })),
    );
    form.ready(true);
  }

  function takeLink(url) {
    chosen = { how: "link", url };
    show(
      what,
      h("p.how", {}, h("strong", {}, t("how_link"))),
      h("p.address", { dir: "ltr" }, url),
      h("p.hint", {}, t("means_link", { host: hostOf(url) })),
    );
    form.ready(panel.can.links);
    if (!panel.can.links && panel.api) what.append(h("p.failed", {}, t("links_off")));
  }

  /** Runs one way of obtaining, and says in words why it gave nothing. */
  async function attempt(text, work) {
    busy(text);
    try {
      await work();
    } catch (problem) {
      if (open) failed(tabText(problem, medium));
    }
  }

  const fromPage = () =>
    attempt(t("reading"), async () => {
      const { blob, how, host } = await obtain(ask, medium);
      if (!open) return;
      if (blob) take(blob, how);
      else if (host) asked(t("needs_host", { host: hostOf(host) }));
      else failed(t("tab_unreadable"));
      offer(host);
    });

  function allowHost(host) {
    const asked = requestPermission(host); // still within the click
    return attempt(t("reading"), async () => {
      if (!(await asked)) return failed(t("host_refused", { host: hostOf(host) }));
      take(await fromHost(host), "file_host");
      offer(null);
      return null;
    });
  }

  const fromScreen = () =>
    attempt(t("capturing"), async () => {
      const { picture, box: first, whole } = await snapshot(ask, medium);
      if (!open) return;
      let box = first;
      const choose = (next) => {
        box = next;
        panel.say(t("crop_box", { width: next.width, height: next.height }));
      };
      chosen = null;
      form.ready(false);
      show(
        what,
        h("p", {}, whole ? t("crop_choose") : t("crop_check")),
        cropper(picture, first, choose),
        h(
          "div.row",
          {},
          h(
            "button.main",
            {
              type: "button",
              onclick: () => attempt(t("capturing"), async () => take(await cut(picture, box), "screen_still")),
            },
            t("use_part"),
          ),
          h("button", { type: "button", onclick: () => filmed(picture, box) }, t("film_part", { seconds: SECONDS })),
        ),
      );
    });

  const filmed = (picture, box) =>
    attempt(t("filming", { seconds: SECONDS }), async () => {
      const left = (seconds) => (what.querySelector(".busy span").textContent = t("filming", { seconds }));
      take(await film(ask, picture, box, SECONDS, left), "screen_clip");
    });

  /** The other ways, best first; each says what it does. */
  function offer(host) {
    const way = (text, hint, act, main = false) =>
      h("li", {}, h(main ? "button.main" : "button", { type: "button", onclick: act }, text), h("p.hint", {}, hint));
    const fetchable = [ask.link, medium?.src].find((address) => address && /^https?:/.test(address));
    show(
      ways,
      h(
        "details",
        { open: chosen === null || (chosen.how === "canvas_still" && medium.kind === "video") },
        h("summary", {}, t(chosen === null ? "some_way" : "other_ways")),
        h(
          "ul",
          {},
          host && way(t("way_host", { host: hostOf(host) }), t("way_host_hint"), () => allowHost(host), chosen === null),
          medium &&
            chosen?.how !== "file_page" &&
            chosen?.how !== "file_host" &&
            medium.kind === "video" &&
            way(t("way_record", { seconds: SECONDS }), t("way_record_hint"), () =>
              attempt(t("filming", { seconds: SECONDS }), async () => take(await recordVideo(ask, medium, SECONDS), "canvas_clip")),
            ),
          medium && chosen && way(t("way_page"), t("way_page_hint"), fromPage),
          ask.kind !== "link" && way(t("way_screen"), t("way_screen_hint"), fromScreen),
          fetchable &&
            chosen?.how !== "link" &&
            panel.can.links &&
            way(t("way_link"), t("way_link_hint", { host: hostOf(fetchable) }), () => takeLink(fetchable)),
        ),
      ),
    );
  }

  async function send(claim, chosenContext, values) {
    const context = contextOf(chosenContext, values, chosen.how);
    const name =
      chosen.url ??
      fileName(chosen.how.startsWith("file_") ? (medium?.src ?? "") : "", chosen.blob.type, t("default_name"));
    const item = { ...chosen, name, claim, context, ask, medium };
    const entry = chosen.url ? await sendLink(panel, item) : await sendFile(panel, item);
    await panel.go({ name: "check", id: entry.id });
  }

  async function start() {
    if (ask.kind === "link") {
      takeLink(ask.link);
      return;
    }
    if (ask.kind === "screen") {
      await fromScreen();
      return;
    }
    try {
      medium ??= await call(ask, "find", { kind: ask.kind, src: ask.src });
    } catch (problem) {
      failed(tabText(problem));
      return;
    }
    if (!medium) {
      failed(t("not_found"));
      offer(null);
      return;
    }
    form.offerDates();
    await fromPage();
  }

  start();
  return {
    close() {
      open = false;
      URL.revokeObjectURL(preview);
    },
  };
}

/** The claim, and what goes along: shown, editable, each part with a switch of its own. */
async function details(ask, medium, send) {
  const chosen = await choices();
  const date = h("input", {
    id: "claimed-date",
    dir: "ltr",
    autocomplete: "off",
    placeholder: t("date_example"),
    pattern: "\\d{4}(-\\d{2}(-\\d{2}.*)?)?",
  });
  const place = h("input", { id: "claimed-place", dir: "auto", autocomplete: "off" });
  const dateOffers = h("div.offers");
  const values = {
    page: h("input", { value: ask.page.url, dir: "ltr", "aria-label": t("context_page") }),
    time: h("input", { value: ask.at, dir: "ltr", "aria-label": t("context_time") }),
    account: h("input", { dir: "auto", "aria-label": t("context_account") }),
    text: h("textarea", { dir: "auto", rows: 3, "aria-label": t("context_text") }),
  };
  const rows = Object.entries(values).map(([name, field]) => {
    const box = h("input", { type: "checkbox", checked: chosen[name] });
    field.hidden = !chosen[name];
    box.onchange = async () => {
      chosen[name] = box.checked;
      field.hidden = !box.checked;
      await choose(chosen);
      if (box.checked) await read(name);
    };
    return h("div", {}, h("label.choice", {}, box, h("span", {}, t(`context_${name}`))), field);
  });

  /** What stands near the medium is read from the page only once it is wanted. */
  async function read(name) {
    if (values[name].value || !medium() || (name !== "account" && name !== "text")) return;
    const near = await call(ask, "near", { at: medium().token, [name]: true }).catch(() => null);
    if (near?.[name]) values[name].value = near[name];
  }

  const button = h("button.main.wide", { type: "submit", disabled: true }, t("check"));
  const again = h("p.failed", { role: "alert", hidden: true });
  const element = h(
    "form",
    {
      onsubmit: async (event) => {
        event.preventDefault();
        button.disabled = true;
        const given = Object.fromEntries(Object.entries(values).map(([name, field]) => [name, field.value.trim()]));
        await send({ date: date.value.trim(), place: place.value.trim() }, chosen, given);
      },
    },
    h(
      "fieldset",
      {},
      h("legend", {}, t("claim")),
      h("label", { htmlFor: "claimed-date" }, t("claimed_date")),
      date,
      dateOffers,
      h("label", { htmlFor: "claimed-place" }, t("claimed_place")),
      place,
      h("p.hint", {}, t("claim_hint")),
    ),
    h("details", {}, h("summary", {}, t("sent_along")), h("div.context", {}, rows)),
    again,
    h("div.foot", {}, button),
  );

  return {
    element,
    ready(yes) {
      button.disabled = !yes;
    },
    async offerDates() {
      const near = await call(ask, "near", { at: medium().token }).catch(() => null);
      const days = near ? offeredDays(near) : [];
      show(
        dateOffers,
        days.length > 0 && h("span.hint", {}, t("date_found")),
        days.map((day) =>
          h(
            "button.offer",
            {
              type: "button",
              onclick: () => {
                date.value = day;
                date.focus();
              },
            },
            t("use_date", { date: day }),
          ),
        ),
      );
      for (const name of ["account", "text"]) if (chosen[name]) await read(name);
    },
  };
}
