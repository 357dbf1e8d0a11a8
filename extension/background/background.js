// What happens at a click: open the panel, note what is to be checked, nothing else.
//
// The browser may stop this script at any moment, so it keeps nothing in variables. What it notes
// goes to storage.session, which the panel reads when it opens and watches while it is open.

import { noteAsk } from "../browser/storage.js";
import { askFrom } from "./click-request.js";

const CONTEXTS = ["image", "video", "link", "page"];

chrome.runtime.onInstalled.addListener(async ({ reason }) => {
  await chrome.contextMenus.removeAll();
  chrome.contextMenus.create({
    id: "check",
    title: chrome.i18n.getMessage("menu"),
    contexts: CONTEXTS,
    documentUrlPatterns: ["http://*/*", "https://*/*", "file://*/*"],
  });
  if (reason === "install") chrome.runtime.openOptionsPage();
});

// The key is for the extension's own pages: not even its scripts within web pages can read it.
chrome.storage.local.setAccessLevel?.({ accessLevel: "TRUSTED_CONTEXTS" });

chrome.action.onClicked.addListener((tab) => {
  openPanel(tab); // before anything is awaited: afterwards it is no longer the click's
  noteAsk(askFrom(null, tab, crypto.randomUUID(), Date.now()));
});

chrome.contextMenus.onClicked.addListener((info, tab) => {
  if (!tab) return;
  openPanel(tab);
  noteAsk(askFrom(info, tab, crypto.randomUUID(), Date.now()));
});

/** Chromium has a side panel, Firefox a sidebar. */
function openPanel(tab) {
  const { sidePanel, sidebarAction } = chrome;
  const opened = sidePanel ? sidePanel.open({ windowId: tab.windowId }) : sidebarAction.open();
  opened.catch((error) => console.error("the panel could not be opened:", error.message));
}
