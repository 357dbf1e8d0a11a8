// What the file says of itself, its credentials, and how all this was made.

import { foreign, h } from "../parts/dom.js";
import { addressLink, dotted, figures, word } from "../parts/values.js";
import { clock, size } from "../texts/formatting.js";
import { t } from "../texts/strings.js";

export function fileSections(report) {
  return [itemSection(report), metadataSection(report), credentialsSection(report.credentials), methodSection(report)];
}

/** What came with the item, in the words of whoever sent it. */
export function originSection(context) {
  const given = ["page_url", "seen_at", "account", "text", "how"].filter((name) => context?.[name]);
  if (!given.length) return null;
  const value = (name) => (name === "page_url" ? addressLink(context[name]) : foreign(context[name]));
  return h(
    "section",
    { class: "origin" },
    h("h2", {}, t("origin.title")),
    h("p", { class: "soft" }, t("origin.lead")),
    figures(given.map((name) => [t(`origin.${name}`), value(name)])),
  );
}

function itemSection({ item }) {
  return h(
    "section",
    {},
    h("h2", {}, t("item.title")),
    figures([
      [t("item.kind"), item.kind ? word("item.kind", item.kind) : null],
      [t("item.duration"), item.duration_s ? h("span", { class: "num" }, clock(item.duration_s)) : null],
      [t("item.picture"), item.width ? h("span", { class: "num", dir: "ltr" }, `${item.width} × ${item.height}`) : null],
      [t("item.rate"), item.frame_rate ? t("item.rate.value", { rate: Number(item.frame_rate.toFixed(2)) }) : null],
      [t("item.coding"), dotted(item.container, item.video_codec, item.audio_codec).join("") || null],
      [t("item.bytes"), item.bytes ? size(item.bytes) : null],
      ["SHA-256", item.sha256 ? h("code", { class: "hash", dir: "ltr" }, item.sha256) : null],
    ]),
  );
}

function metadataSection({ metadata, shown }) {
  if (!metadata) return null;
  return h(
    "section",
    {},
    h("h2", {}, t("file.title")),
    h("p", { class: "soft" }, t("file.lead")),
    metadata.findings.length
      ? h("ul", { class: "findings" }, metadata.findings.map((finding) => h("li", { class: finding.severity }, h("span", { class: "severity" }, word("severity", finding.severity)), h("p", { dir: "auto" }, finding.text))))
      : h("p", {}, t("file.nothing")),
    Object.keys(metadata.fields ?? {}).length > 0 && fields(metadata.fields, shown),
  );
}

function fields(groups, shown) {
  const withheld = shown?.identifying_metadata !== "shown";
  return h(
    "details",
    { class: "all-fields" },
    h("summary", {}, t(withheld ? "file.fields.withheld" : "file.fields")),
    Object.entries(groups).map(([group, values]) => [
      h("h3", {}, foreign(group)),
      h(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": group },
        h("table", { class: "fields" }, h("tbody", {}, Object.entries(values).map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, foreign(name)), h("td", { dir: "auto" }, valueText(value)))))),
      ),
    ]),
  );
}

function valueText(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function credentialsSection(credentials) {
  if (!credentials || credentials.state === "none") return null;
  const signer = credentials.signer ?? {};
  const signed = [...new Set([signer.common_name, signer.issuer].filter(Boolean))].join(", ");
  return h(
    "section",
    {},
    h("h2", {}, t("credentials.title")),
    h("p", {}, h("span", { class: "tag" }, word("credentials.state", credentials.state)), " ", t(`credentials.${credentials.state}`)),
    figures([
      [t("credentials.signer"), signed && foreign(signed)],
      [t("credentials.time"), credentials.signed_at && foreign(credentials.signed_at)],
      [t("credentials.program"), credentials.generator && foreign(credentials.generator)],
      [t("credentials.ingredients"), credentials.ingredients || null],
      [t("credentials.source"), credentials.source_types?.length ? foreign(credentials.source_types.join(", ")) : null],
      [t("credentials.failed"), credentials.findings?.length ? foreign(credentials.findings.join(", ")) : null],
      [t("credentials.why"), credentials.reason && foreign(credentials.reason)],
    ]),
  );
}

function methodSection({ method, timings_s: timings, shown }) {
  return h(
    "section",
    { class: "method" },
    h("h2", {}, t("method.title")),
    h(
      "details",
      { "data-print": true },
      h("summary", {}, t("method.more")),
      figures(Object.entries(method ?? {}).map(([name, value]) => [name.replaceAll("_", " "), foreign(valueText(value))])),
      timings && h("p", { class: "small" }, t("method.time"), " ", Object.entries(timings).map(([name, value]) => `${name.replaceAll("_", " ")} ${value.toFixed(2)} s`).join(", ")),
    ),
    h("p", { class: "small" }, t(shown?.identifying_metadata === "shown" ? "shown.metadata" : "shown.withheld")),
  );
}
