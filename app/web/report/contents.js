// The bar that stays in sight below the verdict: what was found, what people decided, and ways to each section.

import { fill, foreign, h } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { t } from "../texts/catalogue.js";
import { relationWord, said, tone } from "../texts/wording.js";
import { standingDecisions } from "./standing-decisions.js";

/** {element, decided(answer)}. view() gives the element that holds the sections. */
export function contentsBar({ verdict, claim }, view) {
  const finding = claim?.date?.finding;
  const kind = tone(verdict, finding);
  const decisions = h("span", { class: "decided" });
  const ways = h("div", { class: "ways" });
  const element = h(
    "nav",
    { class: `contents no-print tone-${kind}`, "aria-label": t("page-contents-label") },
    h(
      "p",
      { class: "result" },
      icon(kind),
      h("b", {}, t(kind === "against" ? `report-date-${finding}` : relationWord(verdict))),
      verdict && h("span", { class: "headline", dir: "auto" }, said(verdict.headline, verdict.headline_message)),
      decisions,
    ),
    ways,
  );
  queueMicrotask(list); // the sections are there by then
  return { element, decided };

  function list() {
    const headings = [...view().querySelectorAll(":scope > section > h2")];
    fill(
      ways,
      way(t("page-contents-top"), () => window.scrollTo({ top: 0 })),
      headings.map((heading) => way(heading.textContent, () => go(heading))),
    );
  }

  function decided({ decisions: all }) {
    const standing = standingDecisions(all).filter(({ withdrawn, older }) => !withdrawn && !older);
    fill(decisions, standing.map(({ decision }) => h("span", { class: "tag" }, t(`page-decision-${decision.decision}`), " – ", foreign(decision.by))));
  }
}

function way(text, onGo) {
  return h("button", { type: "button", class: "link small", onclick: onGo }, text);
}

function go(heading) {
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  heading.scrollIntoView({ block: "start" });
}
