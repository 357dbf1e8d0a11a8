// What a reader is told of the values of a report, in the catalogue's words: as app/report/wording.py, for the page. Pure.

import { render, spoken, t } from "./catalogue.js";

const MIN_NEAR_MISS_SCORE = 0.05; // as in app/report/wording.py: what scores less has nothing to do with the item
const REPORT_LANGUAGE = "en"; // of the texts in a report; each has its message beside it

const TONE_OF_FINDING = {
  contradicted: "alarm",
  partly_contradicted: "alarm",
  not_contradicted: "plain",
  not_checkable: "plain",
};

/** Which of the five tones a result takes: against (the claimed date), known, unsure, nothing, unreadable. */
export function tone(verdict, finding = null) {
  if (!verdict) return "unreadable";
  if (findingTone(finding) === "alarm") return "against";
  if (verdict.relation === "undecided") return "unsure";
  return verdict.matched ? "known" : "nothing";
}

/** The tone of a line in a list, where only the relation is there. */
export function toneOfSummary(check) {
  if (check.state !== "done") return check.state === "failed" ? "unreadable" : "waiting";
  if (!check.relation) return "unreadable";
  return tone({ relation: check.relation, matched: check.relation !== "none" }, check.claim_finding);
}

/** Id of the word that stands beside the tone. */
export function relationWord(verdict) {
  return `report-relation-${verdict ? verdict.relation : "unreadable"}`;
}

/** The sentences below the headline, in order, as messages. */
export function meaningWords(report) {
  const { verdict, searched } = report;
  if (!verdict) return [{ id: "report-meaning-unreadable" }];
  if (verdict.relation === "undecided") return [{ id: `report-meaning-${verdict.undecided ?? "weak_match"}` }];
  const sentence = { id: `report-meaning-${verdict.relation}` };
  return verdict.relation === "none" && searched ? [sentence, searchedSentence(searched)] : [sentence];
}

/** How much was searched, as a message. */
export function searchedSentence({ clips, seconds }) {
  return { id: "report-searched-sentence", params: { count: clips, footage: footage(seconds) } };
}

/** How much footage, at a glance, as a message. */
export function footage(seconds) {
  if (seconds >= 7200) return { id: "footage-hours", params: { hours: seconds / 3600 } };
  if (seconds >= 120) return { id: "footage-minutes", params: { minutes: Math.round(seconds / 60) } };
  return { id: "footage-seconds", params: { seconds: Math.round(seconds) } };
}

/** A text of the report, in the reader's language where the report says of what it was made. */
export function said(text, message) {
  return message && spoken() !== REPORT_LANGUAGE ? render(message) : text;
}

/** All texts of a list in the report: "reasons", "limits" or "problems". */
export function allSaid(part, name) {
  const messages = part[`${name}_messages`] ?? [];
  return (part[name] ?? []).map((text, index) => said(text, messages[index]));
}

/** How a date is known. A capture date says whose word it is: the file's or a person's. */
export function dateKind({ kind, stated_by: statedBy }) {
  if (kind === "claimed") return t("page-kind-claimed");
  if (kind === "captured") return t(statedBy ? `report-kind-captured-${statedBy}` : "report-kind-captured");
  return t("appearance-kind", { kind });
}

/** Which person added a date; null where firstseen did, or nobody is named. */
export function addedBy({ entered_by: name, stated_by: statedBy }) {
  return name && [undefined, "person"].includes(statedBy) ? t("report-added-by", { name }) : null;
}

/** A dated copy in one line: 2015-11-05, published by Studio. */
export function datedLine({ date, kind, publisher }) {
  const params = { date: { id: "date", params: { date } }, kind: dateKind({ kind }) };
  return publisher ? t("report-dated-by", { ...params, publisher }) : t("report-dated", params);
}

/** A range, or one timestamp; a still is the picture. */
export function rangeText([start, end]) {
  if (end > start) return t("range", { start, end });
  return start ? t("report-at", { at: start }) : t("report-whole-picture");
}

/** Ranges of one timeline, as a list. */
export function rangesText(spans) {
  return t("report-list", { parts: spans.map(rangeText) });
}

/** Which ranges the finding about the claimed date is about: of the main part, then of the file's other parts. */
export function claimRanges({ query = [], parts: ofParts = [] }, parts = []) {
  const whole = hasLength(query) ? [t("report-claim-ranges", { ranges: rangesText(query) })] : [];
  return [...whole, ...ofParts.map((of) => rangesOfPart(of, parts))];
}

function rangesOfPart({ part: id, query }, parts) {
  const known = parts.find((part) => part.id === id);
  const part = known ? said(known.label, known.label_message) : id;
  return hasLength(query) ? t("report-claim-ranges-of-part", { ranges: rangesText(query), part }) : t("report-claim-part", { part });
}

/** Not so for a still, whose one timestamp says nothing. */
function hasLength(spans) {
  return spans.some(([start, end]) => end > start);
}

/** The sound of a match: most of it first, then the ranges that differ or are from elsewhere. */
export function soundLines({ state, offset_s: offset, spans = [] }) {
  const parts = spans.filter((span) => span.state !== state || span.clip);
  if (["absent", "not_checked"].includes(state) && !parts.length) return [];
  return [soundText(state, offset), ...parts.map(soundOfPart)];
}

function soundText(state, offset) {
  if (state === "shifted" && offset) return t(offset > 0 ? "report-sound-later" : "report-sound-earlier", { seconds: Math.abs(offset) });
  return t(`report-sound-${state}`);
}

function soundOfPart({ state, offset_s: offset, clip, query }) {
  const sound = soundText(state, offset);
  return t("report-sound-in", { range: rangeText(query), sound: clip ? t("report-sound-of", { sound, clip }) : sound });
}

/** How a finding about the claimed date is coloured: alarm or plain. "Not contradicted" is no praise. */
export function findingTone(finding) {
  return TONE_OF_FINDING[finding] ?? "plain";
}

/** The clips that were not accepted and deserve a look. */
export function nearMisses(matches) {
  return matches.filter((match) => !match.accepted && (match.relation === "undecided" || match.score >= MIN_NEAR_MISS_SCORE));
}

/** The match whose frames stand beside the verdict: of the earliest copy, else the first. */
export function foremostMatch({ matches = [], first_seen: first }) {
  const accepted = matches.filter((match) => match.accepted);
  return accepted.find((match) => match.clip.id === first?.clip) ?? accepted[0] ?? null;
}

/** The name that a clip goes by. */
export function clipName(clip) {
  return clip.title || clip.name || clip.id;
}

/** The finding on the claimed date before and after an alert's find, where it is another one; else null. */
export function claimChange(alert) {
  const { claim_before: before, claim_after: after } = alert;
  if (!after || before === after) return null;
  return before ? { before, after } : { after };
}
