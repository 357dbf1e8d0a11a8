"""Web pages as a journalist meets them, on this machine's loopback, from two hosts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

SAMPLES: Final = Path(__file__).parents[2] / "samples"
TYPES: Final = {".jpg": "image/jpeg", ".mp4": "video/mp4", ".webm": "video/webm"}
STYLE: Final = "<style>body{margin:24px;font:16px sans-serif} img,video{display:block}</style>"

POST: Final = """<article><header><a href="/@harbour" rel="author">Harbour Watch</a></header>
<time datetime="2024-08-02T09:30:00Z">2 August 2024</time><p>Look at what happened today</p>
{medium}</article>"""
IMAGE: Final = '<img src="{host}/items/launch-meme.jpg" width="540" alt="A rocket">'
VIDEO: Final = '<video src="/items/skyline-mirrored.mp4" width="540" muted loop autoplay></video>'
BLOB: Final = """<video width="540" muted loop autoplay></video><script>
fetch("/items/skyline-mirrored.mp4").then(a => a.blob()).then(b => {
  document.querySelector("video").src = URL.createObjectURL(b); });
</script>"""
# what large sites do: the element's address names a buffer that nobody else can read
STREAM: Final = """<video width="540" muted loop autoplay></video><script>
const media = new MediaSource();
document.querySelector("video").src = URL.createObjectURL(media);
media.onsourceopen = async () => {
  const buffer = media.addSourceBuffer('video/webm; codecs="vp8"');
  buffer.appendBuffer(await (await fetch("/stream.webm")).arrayBuffer());
  buffer.onupdateend = () => media.readyState === "open" && media.endOfStream();
};
</script>"""
BLACK: Final = '<div style="background:#000;width:900px;height:1400px"></div>'
FEED: Final = """<main></main><script>
let n = 0;
function more() {
  for (let i = 0; i < 4; i++) {
    const post = document.createElement("article");
    post.innerHTML = `<p>Post ${++n}</p><img loading="lazy" width="500" height="420" alt="Post ${n}"
      src="/items/${n % 2 ? "launch-meme" : "unknown"}.jpg?post=${n}">`;
    document.querySelector("main").append(post);
  }
}
more();
addEventListener("scroll", () => {
  if (scrollY + innerHeight > document.body.scrollHeight - 200 && n < 40) more();
});
</script>"""


class Site:
    """One host's pages. `other` is where a cross-origin picture comes from."""

    def __init__(self, port: int, other: str, stream: bytes) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._pages = {
            "/image.html": POST.format(medium=IMAGE.format(host="")),
            "/cross.html": POST.format(medium=IMAGE.format(host=other)),
            "/strict.html": POST.format(medium=IMAGE.format(host="")),
            "/video.html": POST.format(medium=VIDEO),
            "/blob.html": POST.format(medium=BLOB),
            "/stream.html": POST.format(medium=STREAM),
            "/black.html": BLACK,
            "/feed.html": FEED,
            "/link.html": f'<p><a href="{other}/items/launch-copy.jpg">A photo</a></p>',
        }
        self._stream = stream

    def answer(self, path: str) -> tuple[bytes, str] | None:
        path = path.partition("?")[0]
        if path in self._pages:
            title = path.strip("/").removesuffix(".html")
            page = f"<!doctype html><title>{title}</title>{STYLE}{self._pages[path]}"
            return page.encode(), "text/html; charset=utf-8"
        if path == "/stream.webm":
            return self._stream, "video/webm"
        file = SAMPLES / path.lstrip("/")
        if path.startswith("/items/") and file.is_file():
            return file.read_bytes(), TYPES[file.suffix]
        return None


@contextmanager
def old_service() -> Iterator[str]:
    """The address of a firstseen from before there were keys: it knows its health, no more."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            old = self.path == "/v1/health"
            content = b'{"status": "ok", "version": "0.0.1", "clips": 3}' if old else b"{}"
            self.send_response(200 if old else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with served(Handler) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def served(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """The port of a server in a thread of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@contextmanager
def sites(stream: bytes) -> Iterator[tuple[Site, str]]:
    """A site on 127.0.0.1 whose cross-origin pictures come from localhost; and that address.

    stream: a WebM of VP8 for the page that plays one from a buffer.
    """
    made: list[Site] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = made[0].answer(self.path)
            content, kind = found or (b"", "text/plain")
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            if self.path.startswith("/strict"):
                policy = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with served(Handler) as port, served(Handler) as other_port:
        other = f"http://localhost:{other_port}"
        made.append(Site(port, other, stream))
        yield made[0], other
