// Naming the server, pasting a key, and trying both before they are kept.

import { grantedHosts, isUnencrypted, matchPattern, requestPermission, revoke } from "../browser/host-permissions.js";
import { connect, connection, DEFAULT_SERVER, disconnect } from "../browser/storage.js";
import { h, show } from "../parts/elements.js";
import { service } from "../service/client.js";
import { t, translate } from "../texts/messages.js";
import { problemText } from "../texts/problem-texts.js";

const page = (id) => document.getElementById(id);
translate(document);
document.title = t("setup_title");

page("server").oninput = warn;
page("connection").onsubmit = (event) => {
  event.preventDefault();
  const server = serverOf(page("server").value);
  if (!server) return say("bad", t("server_not_understood"), t("server_hint"));
  const allowed = requestPermission(server); // still within the click
  return test(server, page("key").value.trim(), allowed);
};
page("disconnect").onclick = async () => {
  await disconnect();
  page("key").value = "";
  page("disconnect").hidden = true;
  say("good", t("disconnected"), "");
};
chrome.permissions.onAdded.addListener(hosts);
chrome.permissions.onRemoved.addListener(hosts);

const known = await connection();
page("server").value = known?.server ?? DEFAULT_SERVER;
page("key").value = known?.key ?? "";
page("disconnect").hidden = known === null;
warn();
await hosts();

async function test(server, key, allowed) {
  say("busy", t("testing"), "");
  if (!(await allowed)) return say("bad", t("problem_not_allowed", { server }), t("advice_not_allowed"));
  try {
    const compat = await service({ server, key }).compat(chrome.runtime.getManifest().version);
    await connect(server, key);
    page("server").value = server;
    page("disconnect").hidden = false;
    return say("good", t("connected", { version: compat.version, name: compat.key.name }), t("connected_text"));
  } catch (problem) {
    const { title, advice } = problemText(problem, server);
    return say("bad", title, advice);
  }
}

/** The origin of what was typed; a path is no part of it. */
function serverOf(text) {
  const address = text.trim();
  return matchPattern(address, true) ? new URL(address).origin : null;
}

function warn() {
  const server = serverOf(page("server").value);
  page("open-road").hidden = !server || !isUnencrypted(server);
}

function say(kind, title, text) {
  show(page("outcome"), h("p", { className: `outcome ${kind}` }, h("strong", {}, title), " ", text));
}

async function hosts() {
  const granted = await grantedHosts();
  show(
    page("hosts"),
    granted.map((origin) =>
      h(
        "li",
        {},
        h("bdi", {}, origin.replace(/\/\*$/, "")),
        " ",
        h("button.quiet", { type: "button", onclick: () => revoke(origin) }, t("take_back")),
      ),
    ),
    granted.length === 0 && h("li.hint", {}, t("hosts_none")),
  );
}
