"""Links end to end, in a small internet of the tests' own: see tests.app.fetch_world.

There every address is answered, and each connection is written down with the address that it was
meant for; so "refused" means that nothing at all arrived anywhere but at the public addresses.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.library.library import Library
from tests.app.network.evil_links import PUBLIC_V4, PUBLIC_V6, evil_links

ROOT = Path(__file__).parents[3]
EVIL = evil_links()
EVIL_PAGES = {name: url for name, url in EVIL.items() if name.startswith("page-")}
EVIL_DIRECT = {name: url for name, url in EVIL.items() if name not in EVIL_PAGES}
PUBLIC_PLACES = {(address, port) for address in (PUBLIC_V4, PUBLIC_V6) for port in (80, 443)}
TLS = {"fetch_certificates": "TRUSTED"}
MEDIA = "http://media.example"

type Outcome = dict[str, Any]

HONEST: dict[str, Outcome] = {
    "clip": {"url": f"{MEDIA}/clip.mp4"},
    "photo": {"url": f"{MEDIA}/photo.jpg"},
    "odd name": {"url": f"{MEDIA}/odd%20name.mp4"},
    "tls": {"url": "https://media.example/clip.mp4", "settings": TLS},
    "from tls to plain": {
        "url": "https://media.example/to/302?http://cdn.example/clip.mp4",
        "settings": TLS,
    },
    "IPv6 only": {"url": "http://six.example/clip.mp4"},
    "IPv4 address": {"url": f"http://{PUBLIC_V4}/clip.mp4"},
    "IPv6 address": {"url": f"http://[{PUBLIC_V6}]/clip.mp4"},
    "trailing dot": {"url": "http://media.example./clip.mp4"},
    "capitals": {"url": "HTTP://MEDIA.EXAMPLE:80/clip.mp4#t=5"},
    "redirect": {"url": f"{MEDIA}/to/301?http://cdn.example/clip.mp4"},
    "relative redirect": {"url": f"{MEDIA}/relative"},
    "answer changes after look-up": {"url": "http://rebind.example/clip.mp4"},
}
VAIN: dict[str, tuple[Outcome, str, str]] = {  # case, kind of error, what it says
    "not found": ({"url": f"{MEDIA}/status/404"}, "FetchFailed", "status 404"),
    "no such name": (
        {"url": "http://nowhere.example/"},
        "FetchRefused",
        "no public address was found",
    ),
    "text": ({"url": f"{MEDIA}/text"}, "FetchFailed", "this is a text"),
    "empty": ({"url": f"{MEDIA}/empty"}, "FetchFailed", "0 bytes"),
    "cut": ({"url": f"{MEDIA}/cut"}, "FetchFailed", "broke off"),
    "cut chunks": ({"url": f"{MEDIA}/cut-chunks"}, "FetchFailed", "broke off"),
    "garbage": ({"url": f"{MEDIA}/garbage"}, "FetchFailed", "did not answer"),
    "long head": ({"url": f"{MEDIA}/long-head"}, "FetchFailed", "unreadable"),
    "round and round": ({"url": f"{MEDIA}/loop?1"}, "FetchFailed", "more than 5 redirects"),
    "unknown certificate": ({"url": "https://media.example/"}, "FetchFailed", "certificate"),
    "certificate of another": (
        {"url": f"https://{PUBLIC_V4}/clip.mp4", "settings": TLS},
        "FetchFailed",
        "certificate",
    ),
    "announced too large": ({"url": f"{MEDIA}/huge"}, "LinkTooLarge", "FIRSTSEEN_MAX_BYTES"),
    "endless": (
        {"url": f"{MEDIA}/endless", "settings": {"max_bytes": 10**6}},
        "LinkTooLarge",
        "FIRSTSEEN_MAX_BYTES",
    ),
    "too slow": ({"url": f"{MEDIA}/slow", "settings": {"fetch_s": 0.5}}, "FetchFailed", "0.5 s"),
    "silent": ({"url": f"{MEDIA}/silent", "settings": {"fetch_s": 0.5}}, "FetchFailed", "0.5 s"),
    "dripping": (
        {"url": f"{MEDIA}/slow", "settings": {"fetch_s": 60.0, "fetch_bytes_per_s": 1e6}},
        "FetchFailed",
        "the link is too slow",
    ),
    "cancelled": ({"url": f"{MEDIA}/clip.mp4", "cancel_at": 3}, "KeyboardInterrupt", ""),
    "turned off": (
        {"url": f"{MEDIA}/clip.mp4", "settings": {"fetch": False}},
        "FetchRefused",
        "FIRSTSEEN_FETCH",
    ),
}
ALLOWED: dict[str, tuple[str, str, tuple[str, int]]] = {  # link, setting, where it arrives
    "address": ("http://10.0.0.5/clip.mp4", "10.0.0.5", ("10.0.0.5", 80)),
    "network": ("http://ten.evil.example/clip.mp4", "10.0.0.0/8", ("10.0.0.5", 80)),
    "name": ("http://ten.evil.example/clip.mp4", "ten.evil.example", ("10.0.0.5", 80)),
    "port": ("http://10.0.0.5:8080/clip.mp4", "10.0.0.5:8080", ("10.0.0.5", 8080)),
    "IPv6 port": ("http://[fd00::1]:8080/clip.mp4", "[fd00::1]:8080", ("fd00::1", 8080)),
    "mapped": ("http://[::ffff:10.0.0.5]/clip.mp4", "10.0.0.5", ("10.0.0.5", 80)),
}
NOT_ALLOWED = {  # link, setting
    "another address": ("http://10.0.0.6/clip.mp4", "10.0.0.5"),
    "another port": ("http://10.0.0.5:8080/clip.mp4", "10.0.0.5:6379,10.0.0.6:8080"),
    "port only": ("http://10.0.0.5/clip.mp4", "10.0.0.5:8080"),
    "another name": ("http://loopback.evil.example/clip.mp4", "ten.evil.example"),
    "a public name at a port": ("http://media.example:8080/clip.mp4", "10.0.0.5:8080"),
    "half of a mixed answer": ("http://mixed.evil.example/clip.mp4", "10.0.0.6"),
}
HEAD = "HTTP/1.1\r\nHost: 10.0.0.5\r\nLOGIN\r\n\r\n"
REQUESTS = {  # to the proxy itself -> the status of its answer
    "tunnel to loopback": (f"CONNECT 127.0.0.1:443 {HEAD}", 403),
    "tunnel to a private name": (f"CONNECT ten.evil.example:443 {HEAD}", 403),
    "tunnel to another port": (f"CONNECT media.example:22 {HEAD}", 403),
    "tunnel without a port": (f"CONNECT media.example {HEAD}", 403),
    "tunnel to a decimal": (f"CONNECT 2130706433:443 {HEAD}", 403),
    "tunnel with a user": (f"CONNECT media.example@10.0.0.5:443 {HEAD}", 403),
    "tunnel to a mapped address": (f"CONNECT [::ffff:127.0.0.1]:443 {HEAD}", 403),
    "private address": (f"GET http://10.0.0.5/ {HEAD}", 403),
    "private name": (f"GET http://ten.evil.example/ {HEAD}", 403),
    "path alone": (f"GET / {HEAD}", 403),
    "https without a tunnel": (f"GET https://media.example/ {HEAD}", 400),
    "ftp": (f"GET ftp://10.0.0.5/ {HEAD}", 403),
    "other method": (f"PUT http://media.example/ {HEAD}", 400),
    "other version": (f"GET http://media.example/ {HEAD.replace('1.1', '2.0')}", 400),
    "blank in the target": (f"GET http://media.example/ http://10.0.0.5/ {HEAD}", 400),
    "bare line feed": (f"GET http://media.example/\nHost: 10.0.0.5 {HEAD}", 400),
    "folded field": (
        "GET http://media.example/ HTTP/1.1\r\nHost: x\r\nLOGIN\r\nX: a\r\n Host: 10.0.0.5\r\n\r\n",
        400,
    ),
    "two lengths": (
        "POST http://media.example/ HTTP/1.1\r\nHost: x\r\nLOGIN\r\nContent-Length: 1\r\n"
        "Content-Length: 2\r\n\r\nab",
        400,
    ),
    "chunked request": (
        "POST http://media.example/ HTTP/1.1\r\nHost: x\r\nLOGIN\r\nTransfer-Encoding: chunked\r\n"
        "\r\n0\r\n",
        400,
    ),
    "no secret": ("GET http://media.example/clip.mp4 HTTP/1.1\r\nHost: x\r\n\r\n", 407),
    "wrong secret": (
        "GET http://media.example/clip.mp4 HTTP/1.1\r\nHost: x\r\n"
        "Proxy-Authorization: Basic ZmlzdHNlZW46\r\n\r\n",
        407,
    ),
    "secret given twice": (
        "GET http://media.example/clip.mp4 HTTP/1.1\r\nHost: x\r\nLOGIN\r\nLOGIN\r\n\r\n",
        407,
    ),
    "too long a head": (f"GET http://media.example/ HTTP/1.1\r\nX: {'y' * 70_000}\r\n\r\n", 400),
}
PAGES: dict[str, Outcome] = {
    "video": {"url": f"{MEDIA}/page?/clip.mp4"},
    "open graph": {"url": f"{MEDIA}/og?http://cdn.example/clip.mp4"},
    "two videos": {"url": f"{MEDIA}/two"},
    "tls": {"url": "https://media.example/page?/clip.mp4", "settings": TLS},
    "redirect": {"url": f"{MEDIA}/page?http://cdn.example/to/302?http://media.example/clip.mp4"},
}


def visited(cases: list[Outcome], folder: Path) -> dict[str, Outcome]:
    """What became of each case. Skips, and says why, where there can be no such world."""
    if sys.platform != "linux":
        pytest.skip("needs Linux: network namespaces")
    (folder / "cases.json").write_text(json.dumps(cases))
    done = subprocess.run(
        [sys.executable, "-m", "tests.app.fetch.fetch_world", folder, folder / "cases.json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=560,
    )
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    if outcomes and "impossible" in outcomes[0]:
        if os.environ.get("CI") == "true":
            pytest.fail(outcomes[0]["impossible"])  # where changes are let in, this must have run
        pytest.skip(outcomes[0]["impossible"])
    assert done.returncode == 0, done.stderr
    assert len(outcomes) == len(cases)
    return {outcome["case"]: outcome for outcome in outcomes}


def case(name: str, outcome: Outcome, **settings: Any) -> Outcome:
    return {"case": name, **outcome, "settings": {**outcome.get("settings", {}), **settings}}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    folder = tmp_path_factory.mktemp("world")
    Library.open(folder / "library", create=True).close()
    check = ["-m", "app", "check", f"{MEDIA}/photo.jpg", "--json"]
    environment = {"FIRSTSEEN_LIBRARY": str(folder / "library")}
    return visited(
        [
            *(case(f"evil {n}", {"url": url, "settings": TLS}) for n, url in EVIL_DIRECT.items()),
            *(case(f"honest {n}", outcome) for n, outcome in HONEST.items()),
            *(case(f"vain {n}", outcome) for n, (outcome, _, _) in VAIN.items()),
            *(case(f"allowed {n}", {"url": u}, fetch_allow=a) for n, (u, a, _) in ALLOWED.items()),
            *(case(f"not {n}", {"url": u}, fetch_allow=a) for n, (u, a) in NOT_ALLOWED.items()),
            *({"case": f"request {n}", "request": r} for n, (r, _) in REQUESTS.items()),
            {"case": "host", "request": f"GET {MEDIA}/host {HEAD}"},
            {"case": "check", "command": check, "environment": environment},
            {"case": "evil check", "command": [*check[:3], "http://10.0.0.5/", "--json"]}
            | {"environment": environment},
        ],
        folder,
    )


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    return visited(
        [
            *(case(name, {"url": url}) for name, url in EVIL_PAGES.items()),
            *(case(name, outcome) for name, outcome in PAGES.items()),
            case("cancelled", {"url": f"{MEDIA}/page?/slow", "cancel_at": 20}),
            case("too large", {"url": f"{MEDIA}/page?/clip.mp4"}, max_bytes=100_000),
        ],
        tmp_path_factory.mktemp("pages"),
    )


def strangers(outcome: Outcome) -> set[tuple[str, int]]:
    return {(address, port) for address, port in outcome["connections"]} - PUBLIC_PLACES


def test_there_are_enough_evil_links() -> None:
    assert len(EVIL) >= 60
    assert len(set(EVIL.values())) == len(EVIL)


@pytest.mark.parametrize("name", EVIL_DIRECT)
def test_no_evil_link_gets_through(world: dict[str, Outcome], name: str) -> None:
    outcome = world[f"evil {name}"]

    assert strangers(outcome) == set()
    assert outcome["left"] == []
    assert "FetchRefused" in outcome["error"], outcome


@pytest.mark.parametrize(
    "name", [n for n in EVIL_DIRECT if n.startswith(("written-", "address-", "tls-", "name-"))]
)
def test_an_evil_link_makes_no_connection_at_all(world: dict[str, Outcome], name: str) -> None:
    assert world[f"evil {name}"]["connections"] == []


def test_a_refusal_does_not_reveal_the_address_that_a_private_name_has(
    world: dict[str, Outcome],
) -> None:
    for name in ("name-ten", "name-mixed", "redirect-name", "answer-changes-on-redirect"):
        message = world[f"evil {name}"]["message"]
        assert message.startswith("no public address was found for ")
        assert "10.0.0.5" not in message
        assert "127.0.0.1" not in message


@pytest.mark.parametrize("name", HONEST)
def test_honest_links_are_fetched(world: dict[str, Outcome], name: str) -> None:
    outcome = world[f"honest {name}"]

    assert outcome.get("same") is True, outcome
    assert outcome["media_type"] == ("image/jpeg" if name == "photo" else "video/mp4")
    assert strangers(outcome) == set()
    assert outcome["left"] == []
    assert outcome["stages"] == ["fetch"]


def test_the_connection_goes_to_the_address_that_was_checked(world: dict[str, Outcome]) -> None:
    """The name's next answer is a private address; nobody asks for it."""
    assert world["honest answer changes after look-up"]["connections"] == [[PUBLIC_V4, 80]]


def test_a_fetched_link_states_its_origin(world: dict[str, Outcome]) -> None:
    outcome = world["honest from tls to plain"]

    assert outcome["name"] == "clip.mp4"
    assert outcome["final_url"] == "http://cdn.example/clip.mp4"
    assert outcome["hosts"] == ["media.example", "cdn.example"]
    assert outcome["notes"][0].startswith(
        "Fetching the link revealed this machine to media.example and cdn.example at 20"
    )
    assert world["honest odd name"]["name"] == "odd name.mp4"


@pytest.mark.parametrize("name", VAIN)
def test_a_link_fetched_in_vain_says_why_and_leaves_nothing(
    world: dict[str, Outcome], name: str
) -> None:
    outcome, (_, error, message) = world[f"vain {name}"], VAIN[name]

    assert error in outcome["error"], outcome
    assert message in outcome.get("message", "")
    assert outcome["left"] == []
    assert strangers(outcome) == set()


def test_nothing_is_sent_where_fetching_is_off(world: dict[str, Outcome]) -> None:
    assert world["vain turned off"]["connections"] == []


def test_a_failure_still_reports_which_hosts_were_asked(world: dict[str, Outcome]) -> None:
    assert world["vain not found"]["hosts"] == ["media.example"]
    assert world["evil redirect-address"]["hosts"] == ["media.example"]
    assert world["evil address-ten"]["hosts"] == []


@pytest.mark.parametrize("name", ALLOWED)
def test_what_a_closed_network_allows_is_fetched(world: dict[str, Outcome], name: str) -> None:
    outcome = world[f"allowed {name}"]

    assert outcome.get("same") is True, outcome
    assert outcome["connections"] == [list(ALLOWED[name][2])]


@pytest.mark.parametrize("name", NOT_ALLOWED)
def test_an_exception_allows_nothing_beside_itself(world: dict[str, Outcome], name: str) -> None:
    outcome = world[f"not {name}"]

    assert "FetchRefused" in outcome["error"], outcome
    assert outcome["connections"] == []


@pytest.mark.parametrize("name", REQUESTS)
def test_the_proxy_itself_refuses(world: dict[str, Outcome], name: str) -> None:
    outcome = world[f"request {name}"]

    assert outcome["answer"].startswith(f"HTTP/1.1 {REQUESTS[name][1]} ")
    assert outcome["connections"] == []


def test_the_proxy_names_the_host_it_connects_to_whatever_the_client_says(
    world: dict[str, Outcome],
) -> None:
    assert world["host"]["answer"].endswith("host is media.example")
    assert world["host"]["connections"] == [[PUBLIC_V4, 80]]


def test_the_command_checks_a_link(world: dict[str, Outcome]) -> None:
    outcome = world["check"]
    report = json.loads(outcome["out"])

    assert outcome["code"] == 0, outcome["err"]
    assert "fetching the link shows this machine to the host behind it" in outcome["err"]
    assert report["item"]["name"] == "photo.jpg"
    assert report["item"]["url"] == report["item"]["final_url"] == f"{MEDIA}/photo.jpg"
    assert report["verdict"]["limits"][-1].startswith("Fetching the link revealed this machine to")


def test_the_command_refuses_an_evil_link_with_a_report(world: dict[str, Outcome]) -> None:
    outcome = world["evil check"]
    report = json.loads(outcome["out"])

    assert outcome["code"] == 3
    assert outcome["err"] == ""
    assert report["verdict"] is None
    assert report["item"]["url"] == "http://10.0.0.5/"
    assert "not public" in report["problems"][0]
    assert outcome["connections"] == []


# ---- pages


@pytest.mark.slow
@pytest.mark.parametrize("name", EVIL_PAGES)
def test_no_page_leads_yt_dlp_anywhere_else(pages: dict[str, Outcome], name: str) -> None:
    outcome = pages[name]

    assert strangers(outcome) == set()
    assert [PUBLIC_V4, 80] in outcome["connections"], "the page itself was read"
    assert "LinkError" in outcome["error"]
    assert outcome["left"] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_the_video_of_a_page_is_fetched(pages: dict[str, Outcome], name: str) -> None:
    outcome = pages[name]

    assert outcome.get("same") is True, outcome
    assert outcome["media_type"] == "video/mp4"
    assert outcome["name"].startswith("A day in May")
    assert outcome["name"].endswith(".mp4" if name != "redirect" else ")")
    assert strangers(outcome) == set()
    assert outcome["left"] == []


@pytest.mark.slow
def test_more_videos_than_one_are_reported(pages: dict[str, Outcome]) -> None:
    assert pages["two videos"]["notes"][1] == (
        "The page has 2 videos; the item is the first of them"
    )
    assert len(pages["video"]["notes"]) == 1


@pytest.mark.slow
def test_a_page_can_be_cancelled_and_leaves_nothing(pages: dict[str, Outcome]) -> None:
    assert pages["cancelled"]["error"] == ["KeyboardInterrupt"]
    assert pages["cancelled"]["left"] == []


@pytest.mark.slow
def test_a_page_s_video_that_is_too_large_is_refused(pages: dict[str, Outcome]) -> None:
    assert "LinkTooLarge" in pages["too large"]["error"], pages["too large"]
    assert pages["too large"]["left"] == []
