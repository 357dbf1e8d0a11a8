// What a click asks for, as a record that can be stored. Pure.

/**
 * info: what the context menu says, or null for the toolbar button.
 * kind: "image" and "video" name one medium, "link" an address, "page" the media of the page.
 */
export function askFrom(info, tab, id, now) {
  const medium = info?.mediaType === "image" || info?.mediaType === "video" ? info.mediaType : null;
  return {
    id,
    at: new Date(now).toISOString(),
    kind: medium ?? (info?.linkUrl ? "link" : "page"),
    src: medium ? (info.srcUrl ?? null) : null,
    link: info?.linkUrl && /^https?:/.test(info.linkUrl) ? info.linkUrl : null,
    tab: tab.id,
    frame: info?.frameId ?? 0,
    window: tab.windowId,
    page: { url: tab.url ?? info?.pageUrl ?? "", title: tab.title ?? "" },
    private: Boolean(tab.incognito),
  };
}
