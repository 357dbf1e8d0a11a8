"""The page's files: served as they stand, from the package, and asking for nothing elsewhere."""

import asyncio
import posixpath
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.api.app import create_app
from app.api.routes.static_page import static_files
from app.messages.catalogue import languages, source
from app.settings import Settings

ROOT = Path(__file__).parents[2]
WEB = ROOT / "app" / "web"
FILES = sorted(
    path.relative_to(WEB).as_posix()
    for path in WEB.rglob("*")
    if path.suffix in {".css", ".html", ".js"}
)
TEXTS = {name: (WEB / name).read_text() for name in FILES}
MODULES = [name for name in FILES if name.endswith(".js")]
LONGEST_MODULE = 320  # lines
VENDORED = "fluent/"  # as it was published


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """Not started: the page's files need no library, no desk and no session."""
    settings = Settings(library=tmp_path_factory.mktemp("library"))
    return TestClient(create_app(settings), base_url="http://127.0.0.1:8000")


def test_the_page_is_open_and_may_run_nothing_but_its_own_files(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_sent_as_what_it_is(client: TestClient, name: str) -> None:
    kinds = {".css": "text/css", ".html": "text/html", ".js": "text/javascript"}
    answer = client.get(f"/static/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kinds[Path(name).suffix])
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.text == TEXTS[name]
    again = client.get(f"/static/{name}", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["package.json", "../api.py", "..%2fapi.py", "", "nothing.js"])
def test_nothing_else_is_sent(client: TestClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "styles",
        "styles/",
        "styles/README.md",
        "base.css",
        "../settings.py",
        "../web/main.js",
        "./main.js",
        "views/../main.js",
        "views//check.js",
        "views\\check.js",
        "views/../../settings.py",
        "/main.js",
        "//main.js",
        "\0main.js",
        "main.js\0",
        "main.js/",
        "MAIN.JS",
    ],
)
def test_a_path_is_a_name_in_a_fixed_list_or_nothing(client: TestClient, path: str) -> None:
    """Asked as a path comes out of a request, for a client would tidy it up before it is sent."""
    assert asyncio.run(status_of(client.app, f"/static/{path}")) == 404
    assert asyncio.run(status_of(client.app, "/static/main.js")) == 200


async def status_of(app: Any, path: str) -> int:
    """The status of a plain GET of an undecoded path."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1:8000")],
        "scheme": "http",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50000),
        "http_version": "1.1",
    }
    statuses = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    return int(statuses[0])


def test_the_page_asks_for_nothing_from_elsewhere() -> None:
    """But for a namespace, which names and is not fetched, and what a field shows as an example."""
    for name, whole in TEXTS.items():
        text = (
            re.sub(r"^\s*(?://|\*).*$", "", whole, flags=re.M)
            if name.startswith(VENDORED)
            else whole
        )
        found = set(re.findall(r"https?://[\w./-]*|(?<=[\"'`(])//[\w-]+\.[\w./-]+", text))
        allowed = {"http://www.w3.org/2000/svg", "http://", "https://"}
        assert found <= allowed, f"{name}: {found - allowed}"


def test_the_page_never_makes_markup_or_code_of_text() -> None:
    wrong = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|"
        r"DOMParser|createContextualFragment|setHTMLUnsafe|setAttribute\(\"style\""
    )
    assert [name for name, text in TEXTS.items() if wrong.search(text)] == []
    assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", TEXTS["index.html"])


def test_no_key_is_kept_or_put_in_an_address() -> None:
    for name, text in TEXTS.items():
        assert not re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie", text), name


def test_only_one_module_talks_to_the_service() -> None:
    for name in MODULES:
        if name != "state/api.js":
            assert not re.search(r"\bfetch\(|XMLHttpRequest|EventSource|WebSocket", TEXTS[name]), (
                name
            )


def test_every_file_that_is_asked_for_is_there_and_every_file_is_asked_for() -> None:
    asked = set(re.findall(r"/static/([\w./-]+)", TEXTS["index.html"])) | {"index.html"}
    for name in MODULES:
        for imported in re.findall(r'from "(\.[\w./-]+)"', TEXTS[name]):
            asked.add(posixpath.normpath(posixpath.join(posixpath.dirname(name), imported)))
    assert asked == set(FILES)


def test_modules_are_small_and_say_what_they_are() -> None:
    for name in MODULES:
        if not name.startswith(VENDORED):
            assert TEXTS[name].startswith("// "), name
            assert len(TEXTS[name].splitlines()) <= LONGEST_MODULE, name


def test_styles_know_both_directions() -> None:
    """Physical sides only where time runs, which is from left to right everywhere."""
    physical = re.compile(r"(?:margin|padding|border)-(?:left|right)|text-align: (?:left|right)")
    for name in FILES:
        if name.endswith(".css"):
            assert not physical.search(TEXTS[name]), name


def test_the_wheel_holds_the_page() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "app" in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    texts = {"messages/languages.json", *(f"messages/{code}.ftl" for code in languages())}
    assert set(static_files()) == set(FILES) | texts


def test_the_texts_of_every_language_are_sent(client: TestClient) -> None:
    known = client.get("/static/messages/languages.json")
    assert known.headers["content-type"] == "application/json"
    assert {"language": "en", "locale": "en-GB", "direction": "ltr"} in known.json()
    english = client.get("/static/messages/en.ftl")
    assert english.headers["content-type"] == "text/plain; charset=utf-8"
    assert english.text == source("en")
    assert "page-skip = Skip to content" in english.text
