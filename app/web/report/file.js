// What the file says of itself, its credentials, and how all this was made.

import { foreign, h } from "../parts/dom.js";
import { addressLink, dotted, figures, word } from "../parts/values.js";
import { clock, size } from "../texts/formatting.js";
import { t } from "../texts/catalogue.js";

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
    h("h2", {}, t("page-origin-title")),
    h("p", { class: "soft" }, t("page-origin-lead")),
    figures(given.map((name) => [t(`page-origin-${name}`), value(name)])),
  );
}

function itemSection({ item }) {
  return h(
    "section",
    {},
    h("h2", {}, t("report-item")),
    figures([
      [t("page-item-kind"), item.kind ? word("page-kind", item.kind) : null],
      [t("page-item-duration"), item.duration_s ? h("span", { class: "num" }, clock(item.duration_s)) : null],
      [t("page-item-frame"), item.width ? h("span", { class: "num", dir: "ltr" }, `${item.width} × ${item.height}`) : null],
      [t("page-item-rate"), item.frame_rate ? t("report-fps", { fps: item.frame_rate }) : null],
      [t("page-item-codecs"), dotted(item.container, item.video_codec, item.audio_codec).join("") || null],
      [t("page-item-bytes"), item.bytes ? size(item.bytes) : null],
      ["SHA-256", item.sha256 ? h("code", { class: "hash", dir: "ltr" }, item.sha256) : null],
    ]),
  );
}

function metadataSection({ metadata, shown }) {
  if (!metadata) return null;
  return h(
    "section",
    {},
    h("h2", {}, t("report-metadata")),
    h("p", { class: "soft" }, t("report-metadata-note")),
    metadata.findings.length
      ? h("ul", { class: "findings" }, metadata.findings.map((finding) => h("li", { class: finding.severity }, h("span", { class: "severity" }, word("report-severity", finding.severity)), h("p", { dir: "auto" }, finding.text))))
      : h("p", {}, t("report-metadata-nothing")),
    Object.keys(metadata.fields ?? {}).length > 0 && fields(metadata.fields, shown),
  );
}

function fields(groups, shown) {
  const withheld = shown?.identifying_metadata !== "shown";
  return h(
    "details",
    { class: "all-fields" },
    h("summary", {}, t(withheld ? "report-fields-redacted" : "report-fields")),
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
    h("h2", {}, t("report-credentials")),
    h("p", {}, h("span", { class: "tag" }, t("report-credentials-state", { state: credentials.state })), " ", t(`report-credentials-${credentials.state}`)),
    figures([
      [t("report-signed-by"), signed && foreign(signed)],
      [t("report-time-stamp"), credentials.signed_at && foreign(credentials.signed_at)],
      [t("report-program"), credentials.generator && foreign(credentials.generator)],
      [t("report-ingredients"), credentials.ingredients || null],
      [t("report-declared-source"), credentials.source_types?.length ? foreign(credentials.source_types.join(", ")) : null],
      [t("report-validation-failures"), credentials.findings?.length ? foreign(credentials.findings.join(", ")) : null],
      [t("report-why"), credentials.reason && foreign(credentials.reason)],
    ]),
  );
}

function methodSection({ method, timings_s: timings, shown }) {
  return h(
    "section",
    { class: "method" },
    h("h2", {}, t("report-method")),
    h(
      "details",
      { "data-print": true },
      h("summary", {}, t("page-method-more")),
      figures(Object.entries(method ?? {}).map(([name, value]) => [name.replaceAll("_", " "), foreign(valueText(value))])),
      timings && h("p", { class: "small" }, t("report-time-taken", { steps: Object.entries(timings).map(([step, seconds]) => t("report-step", { step: step.replaceAll("_", " "), seconds })).join(", ") })),
    ),
    h("p", { class: "small" }, t(shown?.identifying_metadata === "shown" ? "report-names-shown" : "report-names-redacted")),
  );
}
