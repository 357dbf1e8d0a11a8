// Starts the page: who is here, which view the address names, and the frame around it.

import { announce } from "./parts/announce.js";
import { button } from "./parts/controls.js";
import { fill, h } from "./parts/dom.js";
import { reasonOf, trouble } from "./parts/notices.js";
import { ask, whenExpired } from "./state/api.js";
import { speakTheReadersLanguage } from "./state/language.js";
import { address, parse } from "./state/route.js";
import { may, resume, signOut, whoami } from "./state/session.js";
import { clearSubmissions, isSending } from "./state/submissions.js";
import { t } from "./texts/catalogue.js";
import { alertsView } from "./views/alerts.js";
import { checkView } from "./views/check.js";
import { clipView } from "./views/clip.js";
import { historyView } from "./views/history.js";
import { intakeView } from "./views/intake.js";
import { libraryView } from "./views/library.js";
import { signInAgain, signInView } from "./views/sign-in.js";

const ALERTS_MS = 60_000;
const main = document.getElementById("main");
let leave = () => {}; // stops what the open view does
let alerts = 0;
let shown = null;

const VIEWS = {
  "": () => intakeView(),
  checks: ({ id }) => (id ? checkView(id) : historyView(new URLSearchParams())),
  history: ({ query }) => historyView(query),
  library: ({ id, query }) => (id ? clipView(id) : libraryView(query)),
  alerts: () => alertsView(countAlerts),
};

const NAVIGATION = [
  { view: "", word: "page-nav-check", scope: "check" },
  { view: "history", word: "page-nav-history", scope: "check" },
  { view: "library", word: "page-nav-library", scope: "library:read" },
  { view: "alerts", word: "page-nav-alerts", scope: "check" },
];

async function start() {
  const { language, direction } = await speakTheReadersLanguage(navigator.languages);
  document.documentElement.lang = language;
  document.documentElement.dir = direction;
  const wanted = new URLSearchParams(location.search).get("dir");
  if (["ltr", "rtl"].includes(wanted)) document.documentElement.dir = wanted;
  document.getElementById("skip").textContent = t("page-skip");
  document.getElementById("skip").addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
  });
  whenExpired(() => signInAgain(() => frame()));
  window.addEventListener("hashchange", () => show(true));
  window.addEventListener("beforeunload", (event) => isSending() && event.preventDefault());
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll("details[data-print]").forEach((details) => (details.open = true));
  });
  frame();
  footer();
  await enter();
  setInterval(countAlerts, ALERTS_MS);
  document.addEventListener("visibilitychange", countAlerts); // one comes back to this window
}

async function enter() {
  try {
    await resume();
    frame();
    show(false);
    countAlerts();
  } catch (error) {
    fill(main, trouble(reasonOf(error), button(t("page-again"), enter, { kind: "strong" })));
  }
}

function show(moved) {
  if (!whoami()) {
    leave();
    fill(main, signInView(enter));
    main.dataset.view = "sign-in";
    titled(t("page-signin-title"));
    return;
  }
  leave();
  const route = parse(location.hash);
  if (route.view !== "library" && !may("check")) {
    location.replace(address("library")); // all that such a key may see; the change of address shows it
    return;
  }
  const { element, title, stop = () => {}, wide = false } = VIEWS[route.view](route);
  leave = stop;
  const place = `${route.view}/${route.id ?? ""}`;
  main.dataset.view = route.id ? `${route.view}-one` : route.view || "check";
  main.classList.toggle("wide", wide);
  fill(main, element);
  titled(title);
  frame();
  if (moved && place !== shown) {
    window.scrollTo(0, 0);
    main.focus({ preventScroll: true });
    announce(title);
  }
  shown = place;
}

function titled(text) {
  document.title = t("page-title", { title: text });
}

/** The bar above everything: where one is, and who one is. */
function frame() {
  const key = whoami();
  const here = parse(location.hash).view;
  fill(
    document.getElementById("top"),
    h("a", { class: "brand", href: "#/" }, "firstseen"),
    key &&
      h(
        "nav",
        { "aria-label": t("page-nav-label") },
        NAVIGATION.filter(({ scope }) => may(scope)).map(({ view, word }) =>
          h(
            "a",
            { href: address(view), "aria-current": isHere(view, here) ? "page" : null },
            t(word),
            view === "alerts" && alerts > 0 && h("span", { class: "badge" }, alerts, h("span", { class: "unseen" }, ` ${t("page-alerts-unseen")}`)),
          ),
        ),
      ),
    key &&
      h(
        "div",
        { class: "who" },
        h("bdi", { title: t("page-who-title") }, key.name),
        button(t("page-sign-out"), leaveDesk, { kind: "quiet small" }),
      ),
  );
}

function isHere(view, here) {
  return view === here || (view === "history" && here === "checks");
}

async function leaveDesk() {
  try {
    await signOut();
  } catch {
    // signed out here at the least; the cookie ends by itself
  }
  clearSubmissions();
  location.hash = "#/";
  location.reload();
}

async function countAlerts() {
  if (!whoami() || !may("check") || document.hidden) return;
  try {
    const unseen = await ask("GET", "/v1/alerts?seen=false", undefined, { signingIn: true });
    const before = alerts;
    alerts = unseen.alerts.length;
    if (alerts !== before) frame();
    if (alerts > before) announce(t("page-alerts-new", { count: alerts }));
  } catch {
    // asked again in a minute; the view of alerts says what is wrong
  }
}

async function footer() {
  const foot = document.getElementById("foot");
  try {
    const health = await ask("GET", "/v1/health", undefined, { signingIn: true });
    fill(foot, h("p", {}, t("page-foot-ok", { version: health.version })));
  } catch (error) {
    fill(foot, h("p", {}, error.status === 503 ? t("page-foot-unusable") : t("page-error-gone")));
  }
}

start().catch((error) => {
  document.getElementById("unreachable")?.removeAttribute("hidden"); // in English: no words were had to say it in
  throw error;
});
