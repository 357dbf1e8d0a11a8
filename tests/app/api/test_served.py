"""The service as it really runs: uvicorn, a socket, a client that misbehaves."""

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn

from app.api import app as api
from app.api import uploads
from app.errors import UsageError
from app.sandbox.limits import Protection
from app.settings import Settings
from app.store import checks
from app.store.data_folder import only_service, open_store
from app.store.errors import StoreInUse
from tests.app.api.access_made import bearer
from tests.app.app_made import made_app
from tests.app.store.store_made import go_on, remaining_uploads

HEAD = (
    "POST /v1/checks HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: multipart/form-data; "
    "boundary=b\r\nAuthorization: {key}\r\n{length}Connection: close\r\n\r\n"
)
HEALTH = "GET /v1/health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'


@pytest.fixture(autouse=True)
def logging_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """`serve` takes all logging for itself, which would outlast the test."""
    monkeypatch.setattr("app.jobs.service_log.set_up", lambda level: None)


@contextmanager
def served(settings: Settings) -> Iterator[int]:
    """The port of a server that runs in a thread of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        config = uvicorn.Config(made_app(settings), log_level="warning", lifespan="on", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield port
        finally:
            server.should_exit = True
            thread.join(10)


def answer_to(port: int, *pieces: bytes) -> tuple[int, bytes]:
    """Status and body of the answer to raw bytes, which may come before all are sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        for piece in pieces:
            try:
                client.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):
                break
        answer = b""
        while True:
            try:
                got = client.recv(65536)
            except ConnectionResetError:
                break
            if not got:
                break
            answer += got
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def test_an_endless_upload_is_cut_off_early_and_leaves_nothing(tmp_path: Path) -> None:
    settings = Settings(library=tmp_path, max_bytes=100_000)
    key = bearer(settings)["authorization"]
    with served(settings) as port:
        head = HEAD.format(port=port, key=key, length="Transfer-Encoding: chunked\r\n").encode()
        chunk = b"%x\r\n%s\r\n"
        body = [chunk % (len(PART), PART)] + [chunk % (65536, b"x" * 65536)] * 400  # 26 MB
        status, text = answer_to(port, head, *body)
        assert status == 413
        assert json.loads(text.split(b"\r\n\r\n")[-1])["status"] == 413
        assert not remaining_uploads(settings.desk_folder())
        assert answer_to(port, HEALTH.format(port=port).encode())[0] == 200


def test_a_sender_that_goes_away_leaves_nothing(tmp_path: Path) -> None:
    settings = Settings(library=tmp_path)
    key, folder = bearer(settings)["authorization"], settings.desk_folder()
    with served(settings) as port:
        head = HEAD.format(port=port, key=key, length="Content-Length: 1000000\r\n").encode()
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            client.sendall(head + PART + b"x" * 300_000)
            wait_until(lambda: remaining_uploads(folder))
        wait_until(lambda: not remaining_uploads(folder))
    store = open_store(folder)
    with store.reading() as connection:
        assert checks.list_checks(connection, None) == []
    store.close()


def test_a_stalled_upload_is_closed_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = uploads.steady
    monkeypatch.setattr(uploads, "steady", lambda stream, rate: real(stream, rate, 0.3))
    settings = Settings(library=tmp_path)
    key, folder = bearer(settings)["authorization"], settings.desk_folder()
    with served(settings) as port:
        head = HEAD.format(port=port, key=key, length="Content-Length: 1900000000\r\n").encode()
        status, text = answer_to(port, head + PART + b"x" * 2_000_000)
        assert status == 408
        assert b"stalled" in text
        assert not remaining_uploads(folder)


def test_one_key_has_so_many_uploads_at_once_and_another_has_its_own(tmp_path: Path) -> None:
    settings = Settings(library=tmp_path, uploads_of_key=2)
    greedy, other = (bearer(settings)["authorization"] for _ in range(2))
    with served(settings) as port, contextlib.ExitStack() as opened:

        def head(key: str) -> bytes:
            length = "Content-Length: 1900000000\r\n"
            return HEAD.format(port=port, key=key, length=length).encode() + PART + b"x" * 200_000

        for _ in range(2):
            client = socket.create_connection(("127.0.0.1", port), timeout=10)
            opened.enter_context(client).sendall(head(greedy))
        wait_until(lambda: len(remaining_uploads(settings.desk_folder())) == 2)
        assert answer_to(port, head(greedy))[0] == 429
        body = PART + b"x\r\n--b--\r\n"
        whole = HEAD.format(port=port, key=other, length=f"Content-Length: {len(body)}\r\n")
        assert answer_to(port, whole.encode() + body)[0] == 202


def wait_until(happened: Callable[[], object]) -> None:
    for _ in range(3000):
        if happened():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


def test_health_answers_while_checks_are_at_work(tmp_path: Path) -> None:
    settings = Settings(library=tmp_path, workers=1)
    key = bearer(settings)["authorization"]
    with served(settings) as port:
        for number in range(3):
            body = PART + f"wait {number}\r\n--b--\r\n".encode()
            length = f"Content-Length: {len(body)}\r\n"
            head = HEAD.format(port=port, key=key, length=length).encode()
            assert answer_to(port, head + body)[0] == 202
        wait_until((settings.desk_folder() / "seen.jsonl").exists)
        assert answer_to(port, HEALTH.format(port=port).encode())[0] == 200
        go_on(settings.desk_folder())


def test_serve_refuses_to_start_without_a_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    monkeypatch.setattr(api, "protection", lambda server: Protection(process_limits=True))
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: started.append(options["host"]))
    with pytest.raises(UsageError, match="--unsafe-decoding"):
        api.serve(Settings(library=tmp_path))
    assert not started
    api.serve(Settings(library=tmp_path, unsafe_decoding=True))
    assert started == ["127.0.0.1"]


def test_serve_says_when_others_can_reach_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = Protection(process_limits=True, seccomp=True)
    monkeypatch.setattr(api, "protection", lambda server: whole)
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: None)
    api.serve(Settings(library=tmp_path))
    assert not caplog.text
    api.serve(Settings(library=tmp_path, host="0.0.0.0"))
    assert "proxy with TLS" in caplog.text


def test_serve_names_a_port_in_use_before_it_announces_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: pytest.fail("it started"))
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match="in use"):
            api.serve(Settings(library=tmp_path, port=port))
    assert capsys.readouterr().err == ""


def test_serve_refuses_data_that_another_service_uses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: pytest.fail("it started"))
    settings = Settings(library=tmp_path)
    with (
        only_service(settings.desk_folder()),
        pytest.raises(StoreInUse, match="Another service is running"),
    ):
        api.serve(settings)
