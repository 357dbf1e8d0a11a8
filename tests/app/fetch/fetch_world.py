"""A small internet in a network namespace of its own: names, a web server, and every address.

    python -m tests.app.fetch.fetch_world FOLDER CASES      prints one JSON object a line

In this world every IPv4 and IPv6 address there is is this machine, so that a connection to
anything whatsoever arrives here and is written down with the address that it was meant for.
"""

import contextlib
import ctypes
import datetime
import fcntl
import http.server
import ipaddress
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import dnslib
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.app.network.evil_links import NAMES, PUBLIC_V4, PUBLIC_V6

SAMPLES = Path(__file__).parents[3] / "samples"
CLIP = SAMPLES / "items" / "bunny-vertical.mp4"
PHOTO = SAMPLES / "items" / "unknown.jpg"
PUBLIC = {PUBLIC_V4, PUBLIC_V6}
PORTS = (80, 443, 22, 8080, 6379, 11211)
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
RTM_NEWROUTE, NLM_F = 24, 0x605  # request, acknowledge, create, exclusive
RT_TABLE_LOCAL, RTPROT_STATIC, RT_SCOPE_HOST, RTN_LOCAL, RTA_OIF = 255, 4, 254, 2, 4


# ---- the namespace


def enter() -> None:
    """A user, network and mount namespace of this process's own. Raises OSError."""
    user, group = os.getuid(), os.getgid()
    os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET | os.CLONE_NEWNS)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))
    for family in (socket.AF_INET, socket.AF_INET6):
        _make_everything_local(family)


def _make_everything_local(family: int) -> None:
    """`ip route add local default dev lo`, said to the kernel directly (rtnetlink(7))."""
    route = struct.pack(
        "BBBBBBBBI",
        *(family, 0, 0, 0, RT_TABLE_LOCAL, RTPROT_STATIC, RT_SCOPE_HOST, RTN_LOCAL, 0),
    )
    route += struct.pack("HHi", 8, RTA_OIF, socket.if_nametoindex("lo"))
    message = struct.pack("IHHII", 16 + len(route), RTM_NEWROUTE, NLM_F, 1, 0) + route
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as netlink:
        netlink.send(message)
        answer = netlink.recv(4096)
    (error,) = struct.unpack_from("i", answer, 16)
    if error:
        raise OSError(-error, os.strerror(-error))


def use_names_of_this_world(folder: Path) -> None:
    """Only our name server, for this process and its children. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)

    def mount(source: bytes | None, target: bytes, flags: int) -> None:
        if libc.mount(source, target, None, flags, None) != 0:
            raise OSError(ctypes.get_errno(), "mount")

    mount(None, b"/", MS_REC | MS_PRIVATE)
    for name, text in (
        ("resolv.conf", "nameserver 127.0.0.53\noptions timeout:2 attempts:1\n"),
        ("hosts", "127.0.0.1 localhost\n::1 localhost\n"),
        ("nsswitch.conf", "hosts: files dns\n"),
    ):
        (folder / name).write_text(text)
        there = Path("/etc", name).resolve()
        if there.exists():
            mount(bytes(folder / name), bytes(there), MS_BIND)


# ---- names


class Names(threading.Thread):
    """Answers for NAMES, and for two names whose answers change."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.53", 53))
        self._asked: dict[tuple[str, str], int] = {}

    def run(self) -> None:
        while True:
            message, client = self._socket.recvfrom(4096)
            question = dnslib.DNSRecord.parse(message)
            name = str(question.q.qname).rstrip(".").lower()
            kind = dnslib.QTYPE[question.q.qtype]
            answer = question.reply()
            answer.header.ra = 1
            addresses = self._addresses(name, kind)
            if addresses is None:
                answer.header.rcode = dnslib.RCODE.NXDOMAIN
            for address in addresses or []:
                packed = tuple(ipaddress.ip_address(address).packed)
                data = dnslib.A(packed) if kind == "A" else dnslib.AAAA(packed)
                answer.add_answer(dnslib.RR(question.q.qname, question.q.qtype, rdata=data, ttl=0))
            self._socket.sendto(answer.pack(), client)

    def _addresses(self, name: str, kind: str) -> list[str] | None:
        before = self._asked.get((name, kind), 0)
        self._asked[name, kind] = before + 1
        all_of_it = NAMES.get(name)
        if name in ("flip.evil.example", "rebind.example"):
            all_of_it = [PUBLIC_V4] if before == 0 else ["10.0.0.5"]
        if name == "flip-back.evil.example":
            all_of_it = ["10.0.0.5"] if before == 0 else [PUBLIC_V4]
        if all_of_it is None:
            return None
        version = 4 if kind == "A" else 6
        return [a for a in all_of_it if ipaddress.ip_address(a).version == version]


# ---- the web


class Connections:
    """Every connection that arrived: the address and port that it was meant for."""

    def __init__(self) -> None:
        self.log: list[tuple[str, int]] = []

    def note(self, connection: socket.socket) -> None:
        address, port = connection.getsockname()[:2]
        self.log.append((str(_plain(address)), port))


def _plain(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    address = ipaddress.ip_address(text.partition("%")[0])
    return getattr(address, "ipv4_mapped", None) or address


class Web(http.server.ThreadingHTTPServer):
    """One port on every address."""

    address_family = socket.AF_INET6  # and IPv4 as mapped
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, connections: Connections, tls: ssl.SSLContext | None) -> None:
        self._connections, self._tls = connections, tls
        super().__init__(("::", port), Site)

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, client = super().get_request()
        self._connections.note(connection)
        return connection, client

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self._tls is not None:
            with contextlib.suppress(OSError):
                request = self._tls.wrap_socket(request, server_side=True)
                super().finish_request(request, client_address)
            return
        super().finish_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # clients that leave are what is tested


class Site(http.server.BaseHTTPRequestHandler):
    """What stands at each path; the query is an address for it to use."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        query = unquote(query)
        parts = unquote(path).strip("/").split("/")
        match parts:
            case ["clip.mp4" | "odd name.mp4"]:
                self._send(CLIP.read_bytes(), "video/mp4")
            case ["photo.jpg"]:
                self._send(PHOTO.read_bytes(), "text/plain")  # the content tells better
            case ["to", status]:
                self._redirect(int(status), query)
            case ["relative"]:
                self._redirect(302, "../a/../clip.mp4")
            case ["loop"]:
                self._redirect(302, f"/loop?{len(query)}")
            case ["page"]:
                self._page(f'<video src="{query}"></video>')
            case ["two"]:
                self._page('<video src="/clip.mp4"></video><video src="/clip.mp4?2"></video>')
            case ["og"]:
                self._page(f'<meta property="og:video" content="{query}">')
            case ["frame"]:
                self._page(f'<iframe src="{query}"></iframe>')
            case ["refresh"]:
                self._page(f'<meta http-equiv="refresh" content="0; url={query}">')
            case ["list.m3u8"]:
                text = f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{query}\n#EXT-X-ENDLIST\n"
                self._send(text.encode(), "application/vnd.apple.mpegurl")
            case ["host"]:
                self._send(f"host is {self.headers['Host']}".encode(), "text/plain")
            case ["text"]:
                self._send(b"only words", "text/plain")
            case ["empty"]:
                self._send(b"", "video/mp4")
            case ["huge"]:
                self._send(CLIP.read_bytes(), "video/mp4", length=10**12)
            case ["cut"]:
                self._send(CLIP.read_bytes(), "video/mp4", length=10**6)
            case ["endless"]:
                self._chunks(None)
            case ["cut-chunks"]:
                self._chunks(20)
            case ["slow"]:
                self._slow()
            case ["silent"]:
                time.sleep(20)
            case ["long-head"]:
                self._send(b"x", "video/mp4", X=("y" * 1000 + "\r\nX: ") * 100)
            case ["garbage"]:
                self.wfile.write(b"\0" * 5000)
            case ["status", status]:
                self._send(b"no", "text/plain", status=int(status))
            case _:
                self._send(b"nothing here", "text/plain", status=404)
        self.close_connection = True

    def _send(
        self, body: bytes, kind: str, length: int | None = None, status: int = 200, **more: str
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def _redirect(self, status: int, target: str) -> None:
        self.send_response_only(status)
        self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _page(self, body: str) -> None:
        page = f"<!DOCTYPE html><html><head><title>A day in May</title></head><body>{body}</body>"
        self._send(f"{page}</html>".encode(), "text/html; charset=utf-8")

    def _chunks(self, most: int | None) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        clip = CLIP.read_bytes()[:10_000]
        sent = 0
        with contextlib.suppress(OSError):
            while most is None or sent < most:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(clip), clip))
                sent += 1

    def _slow(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        clip = CLIP.read_bytes()
        with contextlib.suppress(OSError):
            for at in range(0, len(clip), 500):
                self.wfile.write(clip[at : at + 500])
                time.sleep(0.05)


def certificates(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS for this world's honest names, and what to trust it by."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "media.example")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName(n) for n in ("media.example", "cdn.example")]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "trusted.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    both = folder / "server.pem"
    both.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + pem.read_bytes()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context, pem


def open_world(folder: Path) -> tuple[Connections, Path]:
    """Everything up and running; what to trust its TLS by. Raises OSError where it cannot be."""
    enter()
    use_names_of_this_world(folder)
    Names().start()
    tls, trusted = certificates(folder)
    connections = Connections()
    for port in PORTS:
        web = Web(port, connections, tls if port == 443 else None)
        threading.Thread(target=web.serve_forever, daemon=True).start()
    return connections, trusted


# ---- what is tried in it


def say(**outcome: Any) -> None:
    sys.stdout.write(f"{json.dumps(outcome)}\n")
    sys.stdout.flush()


def try_link(case: dict[str, Any], folder: Path, connections: Connections) -> None:
    """Fetch one link; print how it ended, which connections that made, and what was left."""
    from app.fetch.fetch import fetch
    from app.messages.catalogue import render
    from app.settings import Settings
    from hashing.errors import FirstseenError

    settings = Settings(**case.get("settings", {}))
    into = folder / "into"
    into.mkdir(exist_ok=True)
    connections.log.clear()
    outcome: dict[str, Any] = {}
    calls: list[str] = []

    def on_progress(stage: str, share: float) -> None:
        calls.append(stage)
        if len(calls) == case.get("cancel_at"):
            raise KeyboardInterrupt

    begun = time.monotonic()
    try:
        fetched = fetch(case["url"], into, settings, on_progress)
    except FirstseenError as error:
        origin = getattr(error, "origin", None)
        outcome = {"error": [kind.__name__ for kind in type(error).__mro__], "message": str(error)}
        outcome["hosts"] = list(origin.hosts) if origin else None
    except KeyboardInterrupt:
        outcome = {"error": ["KeyboardInterrupt"]}
    else:
        outcome = {
            "name": fetched.name,
            "final_url": fetched.final_url,
            "media_type": fetched.media_type,
            "bytes": fetched.bytes,
            "same": fetched.path.read_bytes() in (CLIP.read_bytes(), PHOTO.read_bytes()),
            "hosts": list(fetched.origin.hosts),
            "notes": [
                note if isinstance(note, str) else render(note)
                for note in (*fetched.origin.limits, *fetched.origin.problems)
            ],
        }
        fetched.path.unlink()
    time.sleep(case.get("wait_s", 0))
    left = [path.name for path in into.iterdir()]
    say(
        case=case["case"],
        seconds=round(time.monotonic() - begun, 2),
        stages=sorted(set(calls)),
        connections=[list(place) for place in connections.log],
        left=left,
        **outcome,
    )


def try_request(case: dict[str, Any], connections: Connections) -> None:
    """Send bytes to a proxy as they are, with the right secret unless the case says otherwise."""
    import base64

    from app.fetch.egress_proxy import Proxy, Rules
    from app.network.allow_list import AllowList

    connections.log.clear()
    rules = Rules(AllowList.parse(case.get("allow")), max_bytes=10**6, seconds=10.0)
    with Proxy(rules) as proxy:
        login = base64.b64encode(proxy.login.encode()).decode()
        request = case["request"].replace("LOGIN", f"Proxy-Authorization: Basic {login}")
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
            answer = b""
            with contextlib.suppress(OSError):
                client.sendall(request.encode("latin-1"))
                while chunk := client.recv(65536):
                    answer += chunk
    say(
        case=case["case"],
        answer=answer[:2000].decode("latin-1"),
        connections=[list(place) for place in connections.log],
    )


def try_command(case: dict[str, Any], connections: Connections) -> None:
    """Run a program in this world."""
    import subprocess

    connections.log.clear()
    done = subprocess.run(
        [sys.executable, *case["command"]],
        capture_output=True,
        text=True,
        env={"HOME": "/nonexistent", "PATH": "/usr/bin:/bin", **case.get("environment", {})},
        timeout=120,
    )
    say(
        case=case["case"],
        code=done.returncode,
        out=done.stdout,
        err=done.stderr,
        connections=[list(place) for place in connections.log],
    )


async def at_once(_end: float) -> None:
    pass


def main(folder: Path, cases: Path) -> None:
    try:
        connections, trusted = open_world(folder)
    except OSError as error:
        say(impossible=f"no network namespace of one's own here: {error}")
        return
    from app.fetch import egress_proxy

    egress_proxy.RATE_WINDOW_S, egress_proxy.RATE_POLL_S = 3.0, 0.1
    egress_proxy.sleep_until = at_once  # that refusals of names take their time: test_egress_proxy
    for case in json.loads(cases.read_text().replace("TRUSTED", str(trusted))):
        if "command" in case:
            try_command(case, connections)
        elif "request" in case:
            try_request(case, connections)
        else:
            try_link(case, folder, connections)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
