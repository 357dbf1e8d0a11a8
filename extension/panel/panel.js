// The panel: which view is shown, what the service is able to do, and one follower for each check.
//
// It may be closed and opened at any moment. What it needs then is in storage (browser/storage.js); what was
// being sent is either at the service or is said to be interrupted.

import { mayReach, requestPermission } from "../browser/host-permissions.js";
import * as state from "../browser/storage.js";
import { h, icon, show } from "../parts/elements.js";
import { service } from "../service/client.js";
import { follow, unfollowAll } from "../service/follow.js";
import { FINAL } from "../service/history-entry.js";
import { t, translate } from "../texts/messages.js";
import { problemText } from "../texts/problem-texts.js";
import { checkView } from "./check-view.js";
import { historyView } from "./history-view.js";
import { listView } from "./media-list-view.js";
import { prepareView } from "./prepare-view.js";

const PASSING = ["offline", "busy", "refused"]; // over as soon as the service is heard again
const views = { list: listView, prepare: prepareView, check: checkView, history: historyView };
const page = (id) => document.getElementById(id);
const windowId = (await chrome.windows.getCurrent()).id;

let shown = null; // {name, …}: the view, as it is stored
let showing = null; // what the view's function gave: {update(entry, problem)?, close()?}
let trail = []; // where "back" leads
let answered = null; // id of the ask that was answered last
let turn = 0; // counts views: a slow one that somebody left is not shown over the next

/** What each view is given. */
const panel = {
  api: null,
  can: { links: false },
  problem: null, // why the service cannot be used now

  async go(view, { forward = true } = {}) {
    if (forward && shown) trail.push(shown);
    showing?.close?.();
    shown = view;
    state.noteView(windowId, view);
    panel.say("");
    scrollTo(0, 0);
    page("back").hidden = trail.length === 0;
    page("history").hidden = view.name === "history";
    showing = null;
    const mine = ++turn;
    const made = await views[view.name](page("view"), panel, view);
    if (mine === turn) showing = made ?? null;
    else made?.close?.();
  },

  back() {
    const before = trail.pop() ?? { name: "history" };
    return panel.go(before, { forward: false });
  },

  say(text) {
    page("said").textContent = text;
  },

  follow: (entry) => follow(panel.api, entry, onChange),
};

function onChange(entry, problem) {
  if (problem) notice(problem);
  else if (PASSING.includes(panel.problem?.kind)) notice(null);
  showing?.update?.(entry, problem);
}

/** One line above everything else, while the service cannot be used, that says what to do. */
function notice(problem) {
  panel.problem = problem;
  if (!problem) return show(page("notice"));
  const { title, advice, action } = problemText(problem, panel.api?.root ?? "");
  const actions = {
    setup: () => chrome.runtime.openOptionsPage(),
    retry: () => connect(),
    allow: async () => (await requestPermission(panel.api.root)) && connect(),
  };
  return show(
    page("notice"),
    h(
      "section.notice",
      { role: "alert" },
      h("strong", {}, title),
      h("p", {}, advice),
      h("button", { type: "button", onclick: actions[action] }, t(`action_${action}`)),
    ),
  );
}

async function connect() {
  unfollowAll();
  const connection = await state.connection();
  if (!connection) {
    panel.api = null;
    return notice({ kind: "not_set_up" });
  }
  panel.api = service(connection);
  if (!(await mayReach(connection.server))) return notice({ kind: "not_allowed" });
  try {
    const compat = await panel.api.compat(chrome.runtime.getManifest().version);
    panel.can = { links: (compat.features ?? []).includes("links") };
    notice(null);
  } catch (problem) {
    return notice(problem);
  }
  for (const entry of await state.checks()) panel.follow(entry);
  return null;
}

/** Checks that some panel was sending when it was closed: nobody sends them any more. */
async function endInterrupted() {
  const { held } = await navigator.locks.query();
  const sending = new Set(held.map((lock) => lock.name));
  for (const entry of await state.checks()) {
    if (entry.state === "sending" && !sending.has(`send:${entry.id}`)) {
      await state.keep({ ...entry, state: "unsent" });
    }
  }
}

async function answer(ask) {
  trail = [{ name: "history" }];
  if (ask.kind === "page") return panel.go({ name: "list", ask }, { forward: false });
  return panel.go({ name: "prepare", ask }, { forward: false });
}

/** Once for each ask: it may be there at the start and be announced at the same time. */
async function takeAsk() {
  const ask = await state.takeAsk(windowId);
  if (ask && ask.id !== answered) {
    answered = ask.id;
    await answer(ask);
  }
  return ask !== null;
}

translate(document);
for (const [id, drawing] of [
  ["back", "back"],
  ["history", "history"],
  ["setup", "gear"],
]) {
  page(id).append(icon(drawing));
}
page("back").onclick = () => panel.back();
page("history").onclick = () => panel.go({ name: "history" });
page("setup").onclick = () => chrome.runtime.openOptionsPage();

await endInterrupted();
state.watch((key, value) => {
  if (key === `ask:${windowId}` && value) takeAsk();
  if (key === "connection") connect();
  if (key.startsWith("check:")) {
    if (value && !FINAL.includes(value.state) && panel.api) panel.follow(value);
    showing?.changed?.(value);
  }
});
const connecting = connect();
if (!(await takeAsk())) {
  const before = await state.viewOf(windowId);
  if (answered === null) {
    if (before && before.name !== "history") trail = [{ name: "history" }];
    await panel.go(before ?? { name: "history" }, { forward: false });
  }
}
await connecting;
