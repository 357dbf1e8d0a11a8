"""kill -9 of a service and its workers at random moments, under load; then the books are checked.

The server, its database, its queue and its worker processes are the real ones. Made is only what a
worker does with a check (tests.app.store.store_made), so that hundreds are begun in seconds. Who
sends does as a good client does: it keeps an idempotency key until it has an answer.
"""

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2 as httpx

from app.database.server_address import ServerAddress
from app.settings import Settings
from tests.app.api.access_made import bearer

ROOT = Path(__file__).parents[3]
CONTENTS = ("x", "sleep 0.02", "sleep 0.1", "sleep 0.3", "pictures", "unreadable", "crash once")
SERVER_SHARE = 0.4  # of kills; the rest hit a worker
START_SHARE = 0.25  # of a server's kills, while it starts
SENDERS = 3
SERVER_LIVES_S = 2.5  # at most; work begins about half a second after a start
WORKER_LIVES_S = 1.5
AT_WORK_SHARE = 0.5  # of kills, that wait until a check is running
AT_WORK_S = 5.0  # for it
READY_S = 60.0
ALL_ENDED_S = 120.0  # without any of them having ended


@dataclass
class Books:
    """What was promised to the sender, and what there is in the end."""

    server_kills: int = 0
    worker_kills: int = 0
    accepted: dict[str, str] = field(default_factory=dict)  # idempotency key -> check
    crashing: set[str] = field(default_factory=set)  # keys of work that ends its own worker once
    struck: int = 0  # checks that a kill interrupted
    states: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Service:
    """The server as a process."""

    def __init__(self, settings: Settings, workers: int = 2, lease_s: float | None = None) -> None:
        """lease_s: of a service beside others, on a server."""
        self.settings = settings
        self.lease_s = lease_s
        self.headers = bearer(self.settings)
        self.workers = workers
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", headers=self.headers, timeout=30
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        library = self.settings.library
        named = library.url if isinstance(library, ServerAddress) else str(library)
        arguments = [named, str(self.port), str(self.workers)]
        if self.lease_s is not None:
            arguments += [str(self.settings.desk_folder()), str(self.lease_s)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.app.jobs.made_server", *arguments],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def await_ready(self) -> None:
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            with suppress(httpx.HTTPError):
                if self.client.get("/v1/health").status_code == 200:
                    return
            time.sleep(0.02)
        raise AssertionError("the service did not start")

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(60)
        self.client.close()


def children(process: int) -> Iterator[int]:
    """Of all its threads: each worker was started by one of its own."""
    for listed in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            yield from map(int, listed.read_text().split())


def run(library: Path, kills: int, seed: int, workers: int = 2) -> Books:
    """Kill so many times, let everything be done, and compare."""
    random_source, books = random.Random(seed), Books()
    service = Service(Settings(library=library), workers)
    service.start()
    service.await_ready()
    over = threading.Event()
    senders = [
        threading.Thread(target=_send, args=(service, books, over, seed, sender))
        for sender in range(SENDERS)
    ]
    for sender in senders:
        sender.start()
    try:
        for _ in range(kills):
            if random_source.random() < SERVER_SHARE:
                _kill_server(service, random_source)
                books.server_kills += 1
            elif _kill_worker(service, random_source):
                books.worker_kills += 1
    finally:
        over.set()
        for sender in senders:
            sender.join()
    _await_all_ended(service, books)
    left_alive = list(children(service.process.pid)) if service.process else []
    service.stop()
    books.faults += [
        f"worker {sender} outlived the service" for sender in left_alive if _alive(sender)
    ]
    _compare(service.settings.desk_folder(), books)
    return books


def _kill_server(service: Service, random_source: random.Random) -> None:
    _await_random_time(service, random_source, SERVER_LIVES_S)
    service.kill()
    if random_source.random() < START_SHARE:
        service.start()
        time.sleep(random_source.uniform(0, 2.0))
        service.kill()
    service.start()
    service.await_ready()


def _await_random_time(service: Service, random_source: random.Random, most_s: float) -> None:
    """Any moment of a life, or one soon after a check began."""
    if random_source.random() >= AT_WORK_SHARE:
        time.sleep(random_source.uniform(0, most_s))
        return
    deadline = time.monotonic() + AT_WORK_S
    path = service.settings.desk_folder() / "desk.db"
    with closing(sqlite3.connect(path)) as connection:
        while time.monotonic() < deadline:
            if connection.execute("SELECT 1 FROM checks WHERE state = 'running'").fetchone():
                break
            time.sleep(0.01)
    time.sleep(random_source.uniform(0, 0.1))


def _kill_worker(service: Service, random_source: random.Random) -> bool:
    assert service.process is not None
    _await_random_time(service, random_source, WORKER_LIVES_S)
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        there = sorted(children(service.process.pid))
        if there:
            with suppress(ProcessLookupError):
                os.kill(random_source.choice(there), signal.SIGKILL)
                return True
        time.sleep(0.05)
    return False


def _send(service: Service, books: Books, over: threading.Event, seed: int, sender: int) -> None:
    """Distinct uploads, one after the other, each until there is an answer."""
    choices, number = random.Random(f"{seed} {sender}"), sender
    while not over.is_set():
        number += SENDERS
        key, content = str(number), f"{choices.choice(CONTENTS)}\n"
        answer = _sent(service, over, key, content + " " * number)  # no two of the same bytes
        if answer is None:
            return  # nobody has promised anything
        if answer.status_code in (200, 202):
            books.accepted[key] = answer.json()["id"]
            if content.startswith("crash"):
                books.crashing.add(key)
        else:
            books.faults.append(f"upload {key}: {answer.status_code} {answer.text[:200]}")
        time.sleep(choices.uniform(0, 0.05))


def _sent(service: Service, over: threading.Event, key: str, content: str) -> httpx.Response | None:
    """The answer, however often it takes; None where the killing is over before there is one."""
    while not over.is_set():
        with suppress(httpx.HTTPError):
            answer = service.client.post(
                "/v1/checks",
                files={"file": (f"{key}.mp4", content)},
                headers={"Idempotency-Key": key},
            )
            if answer.status_code != 503:  # the queue is full
                return answer
        time.sleep(0.02)
    return None


def _await_all_ended(service: Service, books: Books) -> None:
    for identifier in books.accepted.values():
        deadline = time.monotonic() + ALL_ENDED_S  # anew for each: a long queue is no fault
        while time.monotonic() < deadline:
            check = service.client.get(f"/v1/checks/{identifier}")
            if check.status_code == 404:
                books.faults.append(f"check {identifier} is lost")
                break
            state = json.loads(check.text)
            if state["state"] in ("done", "failed") and state["pictures"] != "pending":
                break
            time.sleep(0.05)
        else:
            books.faults.append(f"check {identifier} did not end")
    _await_unanswered(service, books)


def _await_unanswered(service: Service, books: Books) -> None:
    """Uploads whose sender never heard the answer, as the killing ended first, are checks too."""
    waiting = "SELECT id FROM checks WHERE state NOT IN ('done', 'failed') ORDER BY id"
    deadline = time.monotonic() + ALL_ENDED_S
    with closing(sqlite3.connect(service.settings.desk_folder() / "desk.db")) as connection:
        while left := connection.execute(waiting).fetchall():
            if time.monotonic() > deadline:
                books.faults.append(f"{len(left)} checks that nobody was told of did not end")
                return
            time.sleep(0.05)


def _compare(folder: Path, books: Books) -> None:
    """Every accepted check has one report, and nothing else is there."""
    connection = sqlite3.connect(folder / "desk.db")
    if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
        books.faults.append("the database is damaged")
    reports = dict(connection.execute('SELECT "check", count(*) FROM reports GROUP BY 1'))
    rows = connection.execute("SELECT id, state, idempotency_key, upload FROM checks").fetchall()
    struck = connection.execute(
        "SELECT idempotency_key FROM checks WHERE crashes > 0 OR interruptions > 0"
    ).fetchall()
    connection.close()
    books.struck = sum(key not in books.crashing for (key,) in struck)
    by_id = {identifier: (state, key) for identifier, state, key, _ in rows}
    for key, identifier in books.accepted.items():
        if by_id.get(identifier, ("", ""))[1] != key:
            books.faults.append(f"the check of upload {key} is lost or another's")
        if reports.get(identifier) != 1:
            books.faults.append(f"check {identifier} has {reports.get(identifier, 0)} reports")
    if len({key for _, key in by_id.values()}) != len(rows):
        books.faults.append("an upload became two checks")
    named = {upload for *_, upload in rows if upload is not None}
    there = {path.name for path in (folder / "uploads").iterdir()}
    if missing := named - there:
        books.faults.append(f"{len(missing)} uploads are lost")
    books.states.update(state for state, _ in by_id.values())


def _alive(process: int) -> bool:
    return Path(f"/proc/{process}").exists()
