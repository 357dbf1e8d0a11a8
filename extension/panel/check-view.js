// One check: how far it is, and then what came of it.

import { checks, forget, keep } from "../browser/storage.js";
import { h, link, show } from "../parts/elements.js";
import { unfollow } from "../service/follow.js";
import { FINAL, progressShare } from "../service/history-entry.js";
import { clipTitle, DECISIONS, findingTone, pairsOf, shownMatches, verdictOf } from "../service/report-summary.js";
import { canSend, resend, sendAnew, stopSending } from "../service/send.js";
import { locale, plural, t } from "../texts/messages.js";
import { clock, dateText, dateTimeText, timeRange } from "../texts/panel-formatting.js";
import { problemText } from "../texts/problem-texts.js";

/** Gives its handlers at once, so that no news is missed while the entry is being read. */
export function checkView(view, panel, { id }) {
  let entry = null;
  const urls = []; // object URLs of pictures, let go when the view closes
  let drawn = null; // the state that is on screen
  let answer = null; // the last full answer of the service

  const title = h("h1", { tabIndex: -1, dir: "auto" });
  const how = h("p.how");
  const state = h("section.state");
  const result = h("section.result");
  show(view, title, how, state, result, h("div.foot", {}, forgetButton()));
  title.focus({ preventScroll: true });

  async function draw() {
    const now = `${entry.state} ${entry.pictures}`;
    if (FINAL.includes(entry.state) && now === drawn) return;
    show(state, entry.state === "done" ? known() : progress(entry, panel, retry));
    if (now === drawn) return;
    drawn = now;
    if (entry.state === "done" || entry.state === "failed") await outcome();
  }

  function known() {
    if (!entry.known) return [];
    const anew = () => {
      show(result);
      drawn = null;
      return sendAnew(panel, entry);
    };
    return [
      h("p.hint", {}, t("checked_before")),
      canSend(entry) && h("button", { type: "button", onclick: anew }, t("check_again")),
    ];
  }

  async function outcome() {
    if (!panel.api) return;
    try {
      answer = await panel.api.show(entry.check);
    } catch (problem) {
      if (problem.kind === "gone") await keep({ ...entry, state: "gone" });
      else show(result, short(entry), h("p.failed", {}, problemText(problem, panel.api.root).title));
      return;
    }
    if (!answer.report) {
      show(result, h("p.failed", {}, answer.problem?.detail ?? t("state_failed")));
      return;
    }
    show(result, reportView(answer, panel, entry));
    panel.say(verdictOf(answer.report).headline ?? t("unread_title"));
    await Promise.all([pictures(), decisions(result, answer, panel, entry)]);
  }

  async function pictures() {
    const places = result.querySelectorAll("[data-pairs]");
    if (!places.length || answer.pictures === "none") return;
    if (answer.pictures !== "ready") {
      places.forEach((place) => show(place, h("p.hint", {}, t(`pictures_${answer.pictures}`))));
      return;
    }
    const all = await panel.api.pictures(entry.check).catch(() => null);
    for (const place of places) {
      const pairs = pairsOf(all, place.dataset.pairs);
      show(
        place,
        pairs.map((pair) => side(pair, panel, urls)),
        pairs.length > 0 && h("p.hint", {}, t("faces_covered")),
      );
    }
  }

  async function retry() {
    if (await resend(panel, entry)) return;
    if (entry.ask) await panel.go({ name: "prepare", ask: entry.ask, medium: entry.medium });
  }

  function forgetButton() {
    return h(
      "button.quiet.danger",
      {
        type: "button",
        onclick: async () => {
          unfollow(entry.id);
          stopSending(entry.id, true);
          if (entry.check && panel.api) {
            try {
              await panel.api.forget(entry.check);
            } catch (problem) {
              if (problem.kind !== "gone")
                return show(state, h("p.failed", { role: "alert" }, problemText(problem, panel.api.root).title));
            }
          }
          await forget(entry.id);
          return panel.back();
        },
      },
      t("forget"),
    );
  }

  async function become(next) {
    if (next?.id !== id) return;
    if (entry === null) {
      title.textContent = next.name;
      show(how, h("span.hint", {}, t(`how_${next.how}`)), h("span.hint", {}, dateTimeText(next.at, locale)));
    } else if (next.state !== entry.state || next.step !== entry.step) {
      panel.say(stateText(next));
    }
    entry = next;
    await draw();
  }

  checks().then((all) => {
    if (entry !== null) return null; // news came first
    const stored = all.find((check) => check.id === id);
    return stored ? become(stored) : panel.go({ name: "history" }, { forward: false });
  });
  return {
    update: (next) => become(next),
    changed: (next) => become(next),
    close: () => urls.forEach((url) => URL.revokeObjectURL(url)),
  };
}

function stateText(entry) {
  if (entry.state === "queued" && entry.position > 0) return plural("ahead", entry.position);
  if (entry.state === "running")
    return t(`step_${entry.step}`) === `step_${entry.step}` ? t("state_running") : t(`step_${entry.step}`);
  return t(`state_${entry.state}`);
}

function progress(entry, panel, retry) {
  const part = progressShare(entry);
  const going = !FINAL.includes(entry.state);
  const stop = async () => {
    stopSending(entry.id);
    if (entry.check) await panel.api?.cancel(entry.check).catch(() => null);
  };
  const why = entry.problem ? problemText(entry.problem, panel.api?.root ?? "") : null;
  return [
    h("p.step", {}, stateText(entry)),
    going && h("progress", { "aria-label": stateText(entry), max: 1, ...(part === null ? {} : { value: part }) }),
    going && h("button", { type: "button", onclick: stop }, t("cancel")),
    why && h("p.failed", {}, `${why.title} ${why.advice}`),
    entry.state === "unsent" && h("button.main", { type: "button", onclick: retry }, t("send_again")),
  ];
}

/** What our history knows, where the service cannot be asked. */
const short = (entry) =>
  h("div", { className: `verdict ${entry.tone ?? "none"}` }, h("h2", { dir: "auto" }, entry.headline ?? entry.name));

function reportView(answer, panel, entry) {
  const { report } = answer;
  const verdict = verdictOf(report);
  const page = `${panel.api.root}/#/checks/${encodeURIComponent(entry.check)}`;
  return [
    h(
      "div",
      { className: `verdict ${verdict.tone}` },
      h("span.badge", { className: `badge ${verdict.tone}` }, t(`state_${verdict.tone}`)),
      h("h2", { dir: "auto", lang: "en" }, verdict.headline ?? t("unread_title")),
      verdict.tone === "unread" && list(verdict.reasons),
    ),
    claim(report.claim),
    firstSeen(report),
    shownMatches(report).map(matchSection),
    verdict.tone !== "unread" &&
      verdict.reasons.length > 0 &&
      h("details.why", { open: verdict.tone === "undecided" }, h("summary", {}, t("why")), list(verdict.reasons)),
    verdict.limits.length > 0 &&
      h("details.limits", { open: !report.verdict?.matched }, h("summary", {}, t("limits")), list(verdict.limits)),
    h("section", { "data-decide": "" }),
    h("a.main.wide.button", { href: page, target: "_blank", rel: "noopener noreferrer" }, t("full_report")),
  ];
}

const list = (texts) => {
  const items = texts.map((text) => h("li", {}, text));
  return items.length > 0 && h("ul.plain", { dir: "auto", lang: "en" }, items);
};

function claim(made) {
  if (!made?.date && !made?.place) return null;
  return h(
    "section.claim",
    {},
    h("h3", {}, t("claim")),
    made.date &&
      h(
        "div",
        { className: `finding ${findingTone(made.date.finding)}` },
        h("strong", {}, t(`finding_${made.date.finding}`)),
        h("p", {}, t("claimed_was", { claimed: made.date.claimed })),
        h("p.hint", { dir: "auto", lang: "en" }, made.date.reason),
      ),
    made.place &&
      h(
        "div.finding.open",
        {},
        h("strong", {}, t("place_beside")),
        h(
          "dl",
          {},
          h("dt", {}, t("claimed_place")),
          h("dd", { dir: "auto" }, made.place.claimed),
          h("dt", {}, t("known_places")),
          h("dd", { dir: "auto" }, made.place.known.join("; ") || t("none_known")),
        ),
      ),
  );
}

function firstSeen({ first_seen: first, matches }) {
  if (!first) return null;
  const clip = matches.find((match) => match.clip.id === first.clip)?.clip;
  return h(
    "section.first",
    {},
    h("h3", {}, t("first_seen")),
    h("p.date", {}, h("strong", {}, h("bdi", {}, dateText(first.date))), " ", t(`appearance_${first.kind}`)),
    clip && h("p", { dir: "auto" }, clipTitle(clip)),
    first.source_url && h("p.address", {}, link(first.source_url, first.source_url)),
  );
}

function matchSection(match) {
  const edits = match.edits ?? [];
  return h(
    "section.match",
    {},
    h("h3", { dir: "auto" }, clipTitle(match.clip)),
    !match.accepted && h("p.hint", {}, t("not_accepted")),
    h("div.pairs", { "data-pairs": match.clip.id }),
    h("h4", {}, t("edits")),
    edits.length
      ? h("ul.edits", { lang: "en" }, edits.map(editLine))
      : h("p.hint", {}, t("edits_none")),
  );
}

const editLine = (edit) =>
  h("li", { dir: "auto" }, edit.text, " ", h("span.hint", { dir: "ltr" }, timeRange(edit.query)));

/** The item's frame beside the known copy's. They come with the key, and are shown from memory. */
function side(pair, panel, urls) {
  const frame = (path, label, seconds) => {
    const image = h("img", { alt: t("frame_at", { what: label, at: clock(seconds) }) });
    panel.api.picture(path).then(
      (blob) => {
        urls.push(URL.createObjectURL(blob));
        image.src = urls.at(-1);
      },
      () => image.replaceWith(h("span.hint", {}, t("pictures_expired"))),
    );
    return h("figure", {}, image, h("figcaption", {}, label, " ", h("bdi", {}, clock(seconds))));
  };
  return h(
    "div.pair",
    {},
    frame(pair.query, t("this_item"), pair.query_s),
    frame(pair.reference, t("known_copy"), pair.reference_s),
  );
}

async function decisions(result, answer, panel, entry) {
  const place = result.querySelector("[data-decide]");
  const [first] = shownMatches(answer.report);
  if (!first || !place) return;
  const made = await panel.api.decisions(entry.check).catch(() => null);
  if (!made) return;
  const about = made.decisions.filter((decision) => decision.clip === first.clip.id);
  const note = h("input", { dir: "auto", id: "decision-note", autocomplete: "off" });
  const failure = h("p.failed", { role: "alert", hidden: true });
  const form = h(
    "form",
    {
      onsubmit: async (event) => {
        event.preventDefault();
        try {
          await panel.api.decide(entry.check, first.clip.id, new FormData(form).get("decision"), note.value.trim());
          await decisions(result, answer, panel, entry);
        } catch (problem) {
          failure.hidden = false;
          failure.textContent = problemText(problem, panel.api.root).title;
        }
      },
    },
    h(
      "fieldset",
      {},
      h("legend", {}, t("decision")),
      DECISIONS.map((value) =>
        h(
          "label.choice",
          {},
          h("input", { type: "radio", name: "decision", value, required: true }),
          h("span", {}, t(`decision_${value}`)),
        ),
      ),
      h("label", { htmlFor: "decision-note" }, t("note")),
      note,
      failure,
      h("button", { type: "submit" }, t("decide")),
    ),
  );
  show(
    place,
    h("h3", {}, t("people_say")),
    h("p.hint", {}, t("people_say_hint", { clip: clipTitle(first.clip) })),
    made.disputed.includes(first.clip.id) && h("p.failed", {}, t("people_disagree")),
    about.length > 0 &&
      h(
        "ul.decisions",
        {},
        about.map((decision) =>
          decisionRow(decision, async () => {
            await panel.api.withdraw(decision.id).catch(() => null);
            await decisions(result, answer, panel, entry);
          }),
        ),
      ),
    form,
  );
}

function decisionRow(decision, withdraw) {
  const withdrawn = decision.withdrawn_at !== null;
  return h(
    "li",
    { className: withdrawn ? "withdrawn" : "" },
    h("strong", {}, t(`decision_${decision.decision}`)),
    h("p.hint", {}, h("bdi", {}, decision.by), " · ", dateTimeText(decision.made_at, locale), withdrawn && ` · ${t("withdrawn")}`),
    decision.note && h("p", { dir: "auto" }, decision.note),
    decision.mine && !withdrawn && h("button.quiet", { type: "button", onclick: withdraw }, t("withdraw")),
  );
}
