"use strict";
// Uploads one file, polls its check, shows the verdict. Texts from files go through textContent only.

const POLL_MS = 700;
let csrf = ""; // what a request that changes anything must bring along
const $ = (id) => document.getElementById(id);

function chosen() {
  const file = $("file").files[0];
  $("chosen").textContent = file ? `${file.name} (${megabytes(file.size)})` : "No file chosen";
}

function megabytes(bytes) {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function row(name) {
  const article = $("row").content.firstElementChild.cloneNode(true);
  article.querySelector("h2").textContent = name;
  $("checks").prepend(article);
  return article;
}

function show(article, state, share) {
  article.querySelector(".state").textContent = state;
  const bar = article.querySelector("progress");
  if (share === undefined) bar.removeAttribute("value");
  else bar.value = share;
}

function finish(article, headline, note, kind) {
  article.classList.add(kind);
  article.querySelector("progress").remove();
  for (const [part, text] of [[".headline", headline], [".note", note]]) {
    const element = article.querySelector(part);
    element.textContent = text || "";
    element.hidden = !text;
  }
}

function send(form, article) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/v1/checks");
    request.setRequestHeader("X-Firstseen-CSRF", csrf);
    request.responseType = "json";
    request.upload.onprogress = (e) => show(article, "Uploading", e.loaded / e.total);
    request.onerror = () => reject(new Error("The service cannot be reached, or refused the upload."));
    request.onload = () => {
      if (request.status === 202) resolve(request.response);
      else reject(new Error(request.response?.detail || `The service answered ${request.status}.`));
    };
    request.send(form);
  });
}

async function poll(id, article) {
  for (;;) {
    const answer = await fetch(`/v1/checks/${id}`);
    if (answer.status === 404) return null;
    const check = await answer.json();
    if (check.state === "done" || check.state === "failed") return check;
    const step = check.state === "queued" ? "Waiting" : check.progress.step || "Working";
    show(article, step[0].toUpperCase() + step.slice(1), check.progress.share || undefined);
    await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
}

function link(article, part, address) {
  const element = article.querySelector(part);
  element.href = address;
  element.hidden = false;
}

function result(article, check) {
  if (check.state === "failed") {
    show(article, "Failed");
    finish(article, "The check failed", check.problem.detail, "failed");
    return;
  }
  const { verdict, problems } = check.report;
  show(article, "Done");
  finish(
    article,
    verdict ? verdict.headline : "This file could not be read",
    verdict ? verdict.limits[0] : problems[0],
    verdict ? verdict.relation : "failed",
  );
  link(article, ".open", `/v1/checks/${check.id}/report.html`);
  link(article, ".json", `/v1/checks/${check.id}`);
}

async function run(event) {
  event.preventDefault();
  const form = new FormData($("check"));
  const article = row($("file").files[0].name);
  let id = null;
  article.querySelector(".forget").onclick = () => {
    if (id) fetch(`/v1/checks/${id}`, { method: "DELETE", headers: { "X-Firstseen-CSRF": csrf } });
    article.remove();
  };
  $("check").reset();
  chosen();
  try {
    show(article, "Uploading", 0);
    id = (await send(form, article)).id;
    const check = await poll(id, article);
    if (check) result(article, check);
  } catch (error) {
    show(article, "Failed");
    finish(article, "The check was not started", error.message, "failed");
  }
}

function dropped(event) {
  event.preventDefault();
  $("drop").classList.remove("over");
  if (!event.dataTransfer.files.length) return;
  $("file").files = event.dataTransfer.files;
  chosen();
}

async function signIn() {
  let answer = await fetch("/v1/session");
  while (!answer.ok) {
    const key = prompt("The key to sign in with (firstseen keys create)");
    if (key === null) return;
    answer = await fetch("/v1/session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ key: key.trim() }),
    });
  }
  csrf = (await answer.json()).csrf;
}

async function health() {
  const state = await (await fetch("/v1/health")).json();
  $("health").textContent =
    state.clips === null
      ? `The library cannot be used: ${state.detail}`
      : `${state.clips.toLocaleString("en")} ${state.clips === 1 ? "clip" : "clips"} in the library · firstseen ${state.version}`;
}

$("file").addEventListener("change", chosen);
$("check").addEventListener("submit", run);
$("drop").addEventListener("dragover", (e) => { e.preventDefault(); $("drop").classList.add("over"); });
$("drop").addEventListener("dragleave", () => $("drop").classList.remove("over"));
$("drop").addEventListener("drop", dropped);
health();
signIn();
