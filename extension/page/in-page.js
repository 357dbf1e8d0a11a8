// All that runs within web pages, put there at a click and never before.
//
// It runs in a world of its own: the page's scripts see neither it nor what it holds. It reads
// media and, where the person asked for it, the text around one; it changes nothing in the page but
// where it is scrolled to, and a paused video plays while it is recorded.

(() => {
  if (globalThis.firstseen) return;

  const SMALLEST = 64; // CSS pixels; below are icons and counting pixels
  const MOST_BYTES = 500_000_000;
  const known = []; // elements by token
  const blobs = new Map(); // by number, kept until the panel has fetched the last piece
  let lastBlob = 0;

  function media(root = document, elements = []) {
    for (const element of root.querySelectorAll("*")) {
      if (element.localName === "img" || element.localName === "video") elements.push(element);
      const shadow = shadowOf(element);
      if (shadow) media(shadow, elements);
    }
    return elements;
  }

  function shadowOf(element) {
    if (!element.localName.includes("-")) return element.shadowRoot;
    const open = globalThis.chrome?.dom?.openOrClosedShadowRoot;
    return open ? open(element) : element.openOrClosedShadowRoot;
  }

  function token(element) {
    const index = known.findIndex((reference) => reference.deref() === element);
    return index >= 0 ? index : known.push(new WeakRef(element)) - 1;
  }

  function element(at) {
    const medium = known[at]?.deref();
    if (!medium?.isConnected) throw new Error("gone");
    return medium;
  }

  const sourceOf = (medium) => medium.currentSrc || medium.src || "";
  const isVideo = (medium) => medium.localName === "video";

  function describe(medium) {
    const box = medium.getBoundingClientRect();
    const inView =
      Math.max(0, Math.min(box.right, innerWidth) - Math.max(box.left, 0)) *
      Math.max(0, Math.min(box.bottom, innerHeight) - Math.max(box.top, 0));
    return {
      token: token(medium),
      kind: isVideo(medium) ? "video" : "image",
      src: sourceOf(medium),
      width: isVideo(medium) ? medium.videoWidth : medium.naturalWidth,
      height: isVideo(medium) ? medium.videoHeight : medium.naturalHeight,
      alt: (medium.alt || medium.title || medium.getAttribute("aria-label") || "").slice(0, 200),
      box: { left: box.left, top: box.top, width: box.width, height: box.height },
      inView,
      window: innerWidth,
      locked: Boolean(medium.mediaKeys),
      duration: isVideo(medium) && Number.isFinite(medium.duration) ? medium.duration : null,
    };
  }

  /** The page's media, the largest on the page first. */
  function list() {
    return media()
      .map(describe)
      .filter(({ box }) => box.width >= SMALLEST && box.height >= SMALLEST)
      .sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height);
  }

  /** The medium that was clicked: the context menu names its address, not the element. */
  function find({ kind, src }) {
    const all = media()
      .map(describe)
      .filter((medium) => medium.kind === kind);
    const same = all.filter((medium) => src && (medium.src === src || known[medium.token].deref()?.src === src));
    return (same.length ? same : src ? [] : all).sort((a, b) => b.inView - a.inView)[0] ?? null;
  }

  function keep(blob) {
    if (blob.size > MOST_BYTES) throw new Error("too_large");
    blobs.set(++lastBlob, blob);
    return { blob: lastBlob, type: blob.type, size: blob.size };
  }

  /** The medium's own bytes, as this page may read them; from the cache where they are there. */
  async function read(at) {
    const answer = await fetch(sourceOf(element(at)), {
      credentials: "same-origin",
      cache: "force-cache",
    });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    if (Number(answer.headers.get("content-length")) > MOST_BYTES) throw new Error("too_large");
    return keep(await answer.blob());
  }

  /** A piece of a kept blob in base64; the last one lets it go. */
  async function piece({ blob, start, end }) {
    const whole = blobs.get(blob);
    if (end >= whole.size) blobs.delete(blob);
    const reader = new FileReader(); // gives text: Firefox keeps a page's arrays from us
    const done = new Promise((resolve) => (reader.onloadend = resolve));
    reader.readAsDataURL(whole.slice(start, end));
    await done;
    return reader.result.slice(reader.result.indexOf(",") + 1);
  }

  function draw(medium, canvas) {
    if (medium.mediaKeys) throw new Error("locked");
    canvas.width = isVideo(medium) ? medium.videoWidth : medium.naturalWidth;
    canvas.height = isVideo(medium) ? medium.videoHeight : medium.naturalHeight;
    if (!canvas.width || !canvas.height) throw new Error("empty");
    canvas.getContext("2d").drawImage(medium, 0, 0);
    canvas.getContext("2d").getImageData(0, 0, 1, 1); // throws where other origins' pixels are on it
    return canvas;
  }

  /** The picture that the element shows, where the page may read its pixels. */
  async function still(at) {
    const canvas = draw(element(at), document.createElement("canvas"));
    return keep(await new Promise((done) => canvas.toBlob(done, "image/png")));
  }

  /** What a video shows for some seconds. */
  async function record({ at, seconds, types }) {
    const video = element(at);
    const canvas = draw(video, document.createElement("canvas"));
    const context = canvas.getContext("2d");
    const type = types.find((candidate) => MediaRecorder.isTypeSupported(candidate));
    const recorder = new MediaRecorder(canvas.captureStream(30), {
      mimeType: type,
      videoBitsPerSecond: 8_000_000,
    });
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const ended = new Promise((done) => (recorder.onstop = done));
    const wasPaused = video.paused;
    if (wasPaused) await video.play();
    recorder.start();
    const drawing = setInterval(() => context.drawImage(video, 0, 0), 33);
    await new Promise((done) => setTimeout(done, seconds * 1000));
    clearInterval(drawing);
    recorder.stop();
    await ended;
    if (wasPaused) video.pause();
    return keep(new Blob(parts, { type: type.split(";")[0] }));
  }

  /** Where the element is in the window, scrolled to if most of it is out of sight. */
  async function place(at) {
    const medium = element(at);
    let { box, inView } = describe(medium);
    if (inView < 0.9 * box.width * box.height) {
      medium.scrollIntoView({ block: "center", behavior: "instant" });
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      ({ box } = describe(medium));
    }
    return { box, window: { width: innerWidth, height: innerHeight }, top: window === window.top };
  }

  /** The post that a medium stands in: as far out as it holds little more than this medium. */
  function postOf(medium) {
    const post = medium.closest("article, [role=article], figure, li, blockquote");
    if (post) return post.closest("article, [role=article]") ?? post;
    let around = medium.parentElement ?? medium;
    for (let i = 0; i < 6 && around.parentElement && around.parentElement !== document.body; i++) {
      if (around.parentElement.querySelectorAll("img, video").length > 3) break;
      around = around.parentElement;
    }
    return around;
  }

  /** Dates near a medium, always; the account's name and the text only where they are wanted. */
  function near({ at, account, text }) {
    const post = postOf(at === null ? document.body : element(at));
    const words = (post.innerText ?? "").trim();
    const times = [...post.querySelectorAll("time[datetime]")].map((time) => time.dateTime);
    const published = document.querySelector("meta[property='article:published_time']")?.content;
    const author = post.querySelector("[rel~=author], [itemprop=author], a[href^='/@'], header a");
    return {
      times: [...times, published ?? ""].filter(Boolean).slice(0, 5),
      days:
        words
          .slice(0, 5000)
          .match(/[^\n]*\b(19|20)\d\d\b[^\n]*/g)
          ?.slice(0, 5) ?? [],
      account: account ? (author?.innerText ?? "").trim().slice(0, 200) : null,
      text: text ? words.slice(0, 2000) : null,
    };
  }

  globalThis.firstseen = { list, find, read, piece, still, record, place, near };
})();
