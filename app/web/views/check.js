// One check: the work while it goes on, then everything that it found.

import { alarm, announce } from "../parts/announce.js";
import { button } from "../parts/controls.js";
import { fill, foreign, h } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { emptiness, reasonOf, trouble } from "../parts/notices.js";
import { dotted, word } from "../parts/values.js";
import { actionBar } from "../report/actions.js";
import { contentsBar } from "../report/contents.js";
import { decisionsOf } from "../report/decisions.js";
import { fileSections, originSection } from "../report/file.js";
import { matchView } from "../report/match.js";
import { progressView } from "../report/progress.js";
import { revealBar } from "../report/reveal.js";
import { itemTimeline } from "../report/timeline.js";
import { verdictView } from "../report/verdict.js";
import { ask } from "../state/api.js";
import { address } from "../state/route.js";
import { FINAL, settled, watch } from "../state/watch.js";
import { clock, size, utcTime } from "../texts/formatting.js";
import { t } from "../texts/catalogue.js";
import { nearMisses, said } from "../texts/wording.js";

const NEAR_MISSES = 5;

export function checkView(id) {
  const element = h("div", { class: "check-view" }, h("p", { class: "loading" }, t("page-loading")));
  const reveal = { faces: false, metadata: false, until: null };
  let check = null;
  let progress = null;
  let matches = [];
  let verdict = null;
  let unwatch = () => {};
  let stopped = false;
  load();
  return { element, title: t("page-check-title"), wide: true, stop: () => ((stopped = true), unwatch()) };

  async function load() {
    try {
      check = await ask("GET", `/v1/checks/${id}${reveal.metadata ? "?metadata=shown" : ""}`);
    } catch (error) {
      fill(element, error.status === 404 ? unknown() : trouble(reasonOf(error), button(t("page-again"), load)));
      return;
    }
    if (stopped) return;
    document.title = t("page-title", { title: check.item.name });
    if (FINAL.includes(check.state)) await showReport();
    else showProgress();
    if (!settled(check)) follow();
  }

  function follow() {
    unwatch();
    unwatch = watch(
      id,
      (event) => {
        const before = { ...check };
        Object.assign(check, event); // the same object: what was drawn of it sees what is new
        if (FINAL.includes(event.state) && !FINAL.includes(before.state)) load();
        else if (event.pictures !== before.pictures) showPictures();
        else progress?.update(check);
      },
      (error) => progress?.trouble(error !== null),
    );
  }

  function showProgress() {
    if (progress) return progress.update(check);
    progress = progressView(check, load);
    fill(element, head(check), progress.element);
  }

  async function showReport() {
    progress = null;
    const { report } = check;
    if (!report) {
      fill(element, head(check), ended(check, load));
      return;
    }
    const decisions = decisionsOf(check, (answer) => contents.decided(answer));
    const all = report.matches ?? [];
    const accepted = all.filter((match) => match.accepted);
    const near = nearMisses(all);
    matches = [...accepted, ...near.slice(0, NEAR_MISSES)].map((match, index) =>
      matchView(match, check, {
        decisions,
        open: match.accepted || (report.verdict?.relation === "undecided" && index === 0),
        number: match.accepted && accepted.length > 1 ? index + 1 : null,
      }),
    );
    verdict = verdictView(check);
    const focusWithin = element.contains(document.activeElement); // on what is about to go
    const contents = contentsBar(report, () => element);
    const [own, others] = [matches.slice(0, accepted.length), matches.slice(accepted.length)];
    fill(
      element,
      head(check, actionBar(check, reveal, load)),
      revealBar(check, reveal, load),
      renewed(check),
      verdict.element,
      contents.element,
      accepted.length > 0 && itemTimeline(report),
      own.length > 0 && section(t("report-matching-clips", { count: own.length }), own.map(({ element }) => element)),
      others.length > 0 && nearMissesSection(others, near.length),
      originSection(check.context),
      fileSections(report),
    );
    if (focusWithin) element.closest("main")?.focus({ preventScroll: true });
    announce(report.verdict ? said(report.verdict.headline, report.verdict.headline_message) : t("report-unreadable"));
    await Promise.all([decisions.load(), showPictures()]);
  }

  async function showPictures() {
    if (!matches.length) return;
    let sheets = { state: check.pictures, matches: {} };
    try {
      if (["ready", "pending"].includes(check.pictures)) sheets = await ask("GET", `/v1/checks/${id}/pictures${reveal.faces ? "?faces=shown" : ""}`);
    } catch (error) {
      alarm(reasonOf(error));
      sheets = { state: "trouble", matches: {} };
    }
    verdict.pictures(sheets);
    for (const match of matches) match.pictures(sheets);
  }
}

function head(check, actions = null) {
  const { item } = check.report ?? check;
  return h(
    "header",
    { class: "check-head" },
    h(
      "div",
      {},
      h("p", { class: "crumb" }, h("a", { href: address("history") }, t("page-nav-history"))),
      h(actions ? "p" : "h1", { class: "item-name" }, foreign(check.item.name)),
      h(
        "p",
        { class: "small" },
        dotted(
          item.kind && word("page-kind", item.kind),
          item.duration_s && h("span", { class: "num" }, clock(item.duration_s)),
          item.width && h("span", { class: "num", dir: "ltr" }, `${item.width} × ${item.height}`),
          item.bytes && size(item.bytes),
          check.by
            ? foreign(t("page-check-checked-by", { at: utcTime(check.created_at), name: check.by }))
            : t("page-check-checked", { at: utcTime(check.created_at) }),
        ),
      ),
    ),
    actions,
  );
}

function section(title, ...content) {
  return h("section", {}, h("h2", {}, title), content);
}

function nearMissesSection(views, all) {
  return section(
    t("report-near-misses"),
    h("p", { class: "soft" }, t("report-near-note")),
    views.map(({ element }) => element),
    all > views.length && h("p", { class: "small" }, t("report-near-more", { count: all - views.length })),
  );
}

/** Says that this is not the first result of the check, where it is not. */
function renewed({ earlier_reports: earlier }) {
  if (!earlier?.length) return null;
  const first = earlier.map((report) => report.made_at).sort()[0];
  return h("div", { class: "notice" }, icon("plain"), h("p", {}, t("page-check-renewed", { at: utcTime(first) })));
}

function unknown() {
  return emptiness(t("page-check-unknown"), t("page-check-unknown-more"), h("a", { class: "button", href: address("history") }, t("page-nav-history")));
}

/** Cancelled, or failed without a report. */
function ended(check, onAgain) {
  if (check.state === "cancelled") return emptiness(t("page-state-cancelled"), t("page-check-cancelled"), h("a", { class: "button", href: "#/" }, t("page-nav-check")));
  return trouble(check.problem?.detail ?? t("page-row-check-failed"), button(t("page-again"), onAgain));
}
