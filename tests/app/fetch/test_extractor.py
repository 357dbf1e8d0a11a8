"""The options that yt-dlp gets and what it can reach, without the network of fetch_world."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.fetch import extractor
from app.fetch.egress_proxy import Proxy, Rules
from app.fetch.fetch import fetch
from app.network.allow_list import AllowList
from app.network.url_parsing import parse_link
from app.sandbox.walls import landlock
from app.settings import Settings
from hashing.errors import FirstseenError

ROOT = Path(__file__).parents[3]
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")
TRY = """
import json, os, socket, subprocess, sys
from pathlib import Path
from app.fetch import extractor_sandbox

def attempt(what):
    try:
        what()
    except OSError as error:
        return type(error).__name__
    return "done"

def connect(port):
    socket.create_connection(("127.0.0.1", port), 2).close()

def datagram():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("93.184.216.34", 53))

folder, proxy_port, other_port, own = Path(sys.argv[1]), *map(int, sys.argv[2:5])
outcome = {}
if own:
    listener = extractor_sandbox.enter_own_network()
    outcome["namespace"] = listener is not None
    if listener is not None:
        outcome["own listener"] = attempt(lambda: connect(listener.getsockname()[1]))
extractor_sandbox.limit(10_000, 60)
extractor_sandbox.lock(folder, proxy_port)
outcome["proxy"] = attempt(lambda: connect(proxy_port))
outcome["other port"] = attempt(lambda: connect(other_port))
outcome["datagram"] = attempt(datagram)
outcome["program"] = attempt(lambda: subprocess.run(["/bin/true"]))
outcome["write inside"] = attempt(lambda: (folder / "made").write_bytes(b"x"))
outcome["write too much"] = attempt(lambda: (folder / "large").write_bytes(b"x" * 20_000))
outcome["write outside"] = attempt(lambda: (folder.parent / "outside").write_bytes(b"x"))
outcome["read outside"] = attempt(lambda: (folder.parent / "secret").read_bytes())
outcome["read passwords"] = attempt(lambda: Path("/etc/passwd").read_bytes())
outcome["import"] = attempt(lambda: __import__("yt_dlp"))
print(json.dumps(outcome))
"""


def tried(tmp_path: Path, own_network: bool) -> dict[str, object]:
    """What a process behind the walls could do."""
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    with (
        socket.create_server(("127.0.0.1", 0)) as proxy,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        ports = [str(listener.getsockname()[1]) for listener in (proxy, other)]
        done = subprocess.run(
            [sys.executable, "-c", TRY, inside, *ports, str(int(own_network))],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    outcome: dict[str, object] = json.loads(done.stdout)
    return outcome


@LINUX
def test_in_a_network_of_its_own_there_is_nothing_but_the_proxy(tmp_path: Path) -> None:
    outcome = tried(tmp_path, own_network=True)
    if not outcome["namespace"]:
        pytest.skip("no network namespace of one's own here")

    assert outcome["own listener"] == "done"
    assert outcome["proxy"] != "done", "that of this test listens in another network"
    assert outcome["other port"] != "done"
    assert outcome["datagram"] != "done"


@LINUX
@pytest.mark.skipif(landlock.abi_version() < 4, reason="this kernel's Landlock knows no ports")
def test_without_one_only_the_proxy_s_port_is_left(tmp_path: Path) -> None:
    outcome = tried(tmp_path, own_network=False)

    assert outcome["proxy"] == "done"
    assert outcome["other port"] == "PermissionError"


@LINUX
@pytest.mark.skipif(landlock.abi_version() < 3, reason="this kernel has no Landlock")
def test_few_paths_and_no_programs_are_left(tmp_path: Path) -> None:
    outcome = tried(tmp_path, own_network=True)

    assert outcome["write inside"] == "done"
    assert outcome["import"] == "done"
    assert outcome["write too much"] == "OSError"
    for what in ("write outside", "read outside", "read passwords", "program"):
        assert outcome[what] == "PermissionError", what


def test_every_switch_is_one_of_yt_dlp_s() -> None:
    """The options as the installed yt-dlp parses them: an unknown one ends the parser."""
    import yt_dlp

    link, folder = parse_link("http://media.example/"), Path("/nowhere/100%")
    with Proxy(Rules()) as proxy:
        arguments = extractor._arguments(link, proxy, folder, 1000)
        options = yt_dlp.parse_options(arguments)

        assert options.urls == [link.url]
        parsed = options.ydl_opts
        assert parsed["proxy"] == proxy.url
    assert parsed["noplaylist"] is True
    assert parsed["playlist_items"] == "1"
    assert parsed["max_filesize"] == 1000
    assert parsed["cachedir"] is False
    assert parsed["cookiefile"] is parsed["cookiesfrombrowser"] is None
    assert parsed["postprocessors"] == []
    assert parsed["js_runtimes"] == {}
    assert not parsed["remote_components"]
    assert parsed["enable_file_urls"] is False
    assert parsed["fixup"] == "never"
    assert parsed["external_downloader"] == {"default": "native"}
    assert parsed["outtmpl"]["default"] % {"ext": "mp4"} == "/nowhere/100%/item.mp4"


def test_no_configuration_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import yt_dlp

    (tmp_path / "yt-dlp.conf").write_text("--exec id\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))

    monkeypatch.setattr(sys, "argv", ["yt-dlp", "http://media.example/"])
    read = yt_dlp.parse_options()
    monkeypatch.setattr(sys, "argv", ["yt-dlp", *extractor.SWITCHES, "http://media.example/"])
    ours = yt_dlp.parse_options()

    execs = [step for step in read.ydl_opts["postprocessors"] if step["key"] == "Exec"]
    assert execs, "a configuration would have been read"
    assert ours.ydl_opts["postprocessors"] == []


def test_the_link_and_the_secret_are_on_no_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[list[str], dict[str, str]]] = []
    real = subprocess.Popen

    def popen(arguments: list[str], **options: object) -> object:
        started.append((arguments, options["env"]))  # type: ignore[arg-type]
        return real(arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(extractor.subprocess, "Popen", popen)
    monkeypatch.setenv("HTTP_PROXY", "http://10.0.0.5/")
    rules = Rules(AllowList(), seconds=20.0)
    with pytest.raises(FirstseenError):
        extractor.fetch_from_page(
            parse_link("http://127.0.0.1/private-link"),
            rules,
            tmp_path,
            1000,
            None,
            {},
            lambda stage, share: None,
        )

    [(arguments, environment)] = started
    visible = json.dumps([arguments, environment])
    assert "private-link" not in visible
    assert "firstseen:" not in visible
    assert set(environment) == {"HOME", "TMPDIR", "LANG", "TZ", "YTDLP_NO_PLUGINS"}


def test_without_the_extra_a_page_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import http.server
    import threading

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!DOCTYPE html><title>a page</title>")

        def log_message(self, format: str, *args: object) -> None:
            pass

    monkeypatch.setattr(extractor, "installed", lambda: False)
    with http.server.HTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        place = f"127.0.0.1:{server.server_port}"
        try:
            with pytest.raises(FirstseenError, match=r"pip install '\.\[links\]'"):
                fetch(f"http://{place}/", tmp_path, Settings(fetch_allow=place))
        finally:
            server.shutdown()
            thread.join()
    assert list(tmp_path.iterdir()) == []
