"""The service as it runs: throughput, waiting times, memory, start-up, and what kill -9 does to it.

    python -m benchmarks service                  all but kills and soak, into results/service.json
    python -m benchmarks service --only latency   one part: start, load, latency, queue
    python -m benchmarks service --kills 200      kill -9 under load
    python -m benchmarks service --soak 2000      small checks, one after the other: is memory flat?

Everything but --kills does the real work, with the built command in a process of its own and a
library of synthetic clips beside one real one. Uploads are made clips of 1280 x 720 (see `footage`)
or small made pictures; each is made distinct by a free box or a comment that decoders skip.

With --kills the server, database, queue and worker processes are the real ones and what a worker
does with a check is made (tests/app/store/store_made.py): it sleeps, stores a report, fails or
crashes as its upload says. So kills fall everywhere between acceptance and the last picture within
minutes.

Memory is the sum of the proportional sizes (PSS) of the server and all that it started.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2 as httpx
import PIL.Image

from app.settings import Settings
from benchmarks.footage import write_clip
from benchmarks.memory import tree_bytes
from benchmarks.record import write
from benchmarks.speed_library import build
from hashing.describe.sscd import load_describer
from tests.app.api.access_made import bearer
from tests.app.jobs.kills import run
from tests.made.scenes import scene

READY_S = 120.0
CLIENTS = (1, 4, 16)
LOOKED_EVERY_S = 0.02
PATHS = ("/v1/checks/{id}", "/v1/checks?limit=50", "/v1/health", "/")
SOAK_WARM_UP = 0.2  # share of the checks after which memory counts
SOAK_MORE_MIB = 64  # growth from there that is called flat


@dataclass
class Service:
    """The built command, serving."""

    process: subprocess.Popen[bytes]
    client: httpx.Client
    started_s: float

    def upload(self, name: str, content: bytes) -> str:
        """The id of a new check; waits while the queue is full."""
        while True:
            answer = self.client.post(
                "/v1/checks", files={"file": (name, content)}, data={"again": "1"}
            )
            if answer.status_code != 503:
                identifier: str = answer.raise_for_status().json()["id"]
                return identifier
            time.sleep(0.2)

    def get(self, identifier: str) -> dict[str, Any]:
        check: dict[str, Any] = self.client.get(f"/v1/checks/{identifier}").json()
        return check

    def until(self, identifier: str, *states: str) -> dict[str, Any]:
        while (check := self.get(identifier))["state"] not in states:
            time.sleep(LOOKED_EVERY_S)
        return check

    def ended(self, identifier: str) -> dict[str, Any]:
        """Once it is final and its pictures are there."""
        while (check := self.until(identifier, "done", "failed"))["pictures"] == "pending":
            time.sleep(LOOKED_EVERY_S)
        return check

    def mib(self) -> float:
        return tree_bytes(self.process.pid) / 2**20


@contextmanager
def serving(library: Path, **settings: object) -> Iterator[Service]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    headers = bearer(Settings(library=library))
    environment = {f"FIRSTSEEN_{name.upper()}": str(value) for name, value in settings.items()}
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "serve", "--library", str(library), "--port", str(port)],
        env={**os.environ, "FIRSTSEEN_REQUESTS_PER_MINUTE": "0", **environment},
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    limits = httpx.Limits(max_connections=100)
    client = httpx.Client(base_url=address, headers=headers, timeout=600, limits=limits)
    try:
        while True:
            try:
                if client.get("/v1/health").status_code == 200:
                    break
            except httpx.HTTPError:
                if process.poll() is not None or time.perf_counter() - began > READY_S:
                    raise
            time.sleep(0.01)
        yield Service(process, client, time.perf_counter() - began)
    finally:
        client.close()
        process.terminate()
        process.wait(60)


def distinct(clip: bytes, number: int) -> bytes:
    """The same clip in other bytes: an MP4 ends with any number of free boxes."""
    content = number.to_bytes(8) + os.urandom(8)
    return clip + (8 + len(content)).to_bytes(4) + b"free" + content


def quantiles(times: list[float]) -> dict[str, float]:
    """In seconds: p50, p95, p99 and the largest, of times sorted here."""
    times = sorted(times)

    def at(share: float) -> float:
        return times[min(len(times) - 1, int(share * len(times)))]

    return {"p50_s": at(0.5), "p95_s": at(0.95), "p99_s": at(0.99), "max_s": times[-1]}


# ---- the parts


def measure_start(library: Path, clip: bytes, rounds: int) -> dict[str, Any]:
    """From the command to the first answer, with a warm disk; then checks one at a time."""
    times = []
    for _ in range(3):
        with serving(library) as service:
            times.append(service.started_s)
    with serving(library) as service:
        service.ended(service.upload("warm.mp4", distinct(clip, 0)))
        waits = []
        for number in range(1, 1 + min(rounds, 3)):
            began = time.perf_counter()
            service.until(service.upload("one.mp4", distinct(clip, number)), "done", "failed")
            waits.append(time.perf_counter() - began)
    return {"times_s": times, "worst_s": max(times), "verdict_s": waits}


def measure_load(library: Path, clip: bytes, rounds: int) -> dict[str, Any]:
    """Clients that each send one upload after the other and wait for its verdict."""
    figures: dict[str, Any] = {}
    for clients in CLIENTS:
        with serving(library) as service, ThreadPoolExecutor(clients) as pool:
            service.ended(service.upload("warm.mp4", distinct(clip, 0)))

            def one(number: int, service: Service = service) -> float:
                began = time.perf_counter()
                identifier = service.upload(f"{number}.mp4", distinct(clip, number))
                check = service.until(identifier, "done", "failed")
                assert check["state"] == "done", check["problem"]
                return time.perf_counter() - began

            count = max(rounds, 2 * clients)
            began = time.perf_counter()
            times = list(pool.map(one, range(1, 1 + count)))
            taken = time.perf_counter() - began
        figures[str(clients)] = {
            "checks": count,
            "checks_a_minute": 60 * count / taken,
            **quantiles(times),
        }
    return figures


def measure_latency(library: Path, clip: bytes, rounds: int) -> dict[str, Any]:
    """What pages and programs ask for while two checks run, and the memory at that time."""
    times: dict[str, list[float]] = {path: [] for path in PATHS}
    peak, mib = 0.0, []
    with serving(library) as service:
        idle = service.mib()
        two_at_least = range(max(2, rounds))
        last = [service.upload(f"{n}.mp4", distinct(clip, n)) for n in two_at_least]
        service.until(last[0], "running", "done")
        while service.get(last[-2])["state"] in ("queued", "running"):
            for path in PATHS:
                began = time.perf_counter()
                service.client.get(path.format(id=last[0])).raise_for_status()
                times[path].append(time.perf_counter() - began)
            mib.append(service.mib())
            peak = max(peak, mib[-1])
            time.sleep(0.05)
    return {
        "requests": {path: {"count": len(t), **quantiles(t)} for path, t in times.items()},
        "all": quantiles([one for t in times.values() for one in t]),
        "memory_idle_mib": idle,
        "memory_median_mib": statistics.median(mib),
        "memory_peak_mib": peak,
    }


def measure_queue(library: Path, clip: bytes, rounds: int) -> dict[str, Any]:
    """64 uploads at once: are they begun in the order of acceptance, and do all end?"""
    with serving(library) as service:
        peak, over = [0.0], threading.Event()

        def watch() -> None:
            while not over.wait(0.5):
                peak[0] = max(peak[0], service.mib())

        watcher = threading.Thread(target=watch)
        watcher.start()
        began = time.perf_counter()
        ids = [service.upload(f"{n}.mp4", distinct(clip, n)) for n in range(64)]
        checks = [service.ended(one) for one in ids]
        taken = time.perf_counter() - began
        over.set()
        watcher.join()
    starts = [check["started_at"] for check in checks]
    return {
        "checks": len(ids),
        "done": sum(check["state"] == "done" for check in checks),
        "in_order": starts == sorted(starts),
        "all_s": taken,
        "memory_peak_mib": peak[0],
    }


def kills(count: int, seed: int) -> None:
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        books = run(Path(name) / "library", count, seed)
    figures = {
        "work": "made (tests/app/store/store_made.py)",
        "seed": seed,
        "server_kills": books.server_kills,
        "worker_kills": books.worker_kills,
        "accepted": len(books.accepted),
        "interrupted": books.struck,
        "states": dict(books.states),
        "faults": books.faults,
        "seconds": time.perf_counter() - began,
    }
    if count >= 200:
        write("service-kills", f"python -m benchmarks service --kills {count}", figures)
    print(json.dumps(figures, indent=2))
    if books.faults:
        raise SystemExit(1)


def soak(count: int) -> None:
    """Distinct small pictures, the real work. Ends with 1 where memory grew."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build(folder / "library", 500, seed=1, space=load_describer().space)
        with serving(folder / "library", keep_uploads_s=0) as service:
            mib = []
            for number in range(count):
                check = service.ended(service.upload(f"{number}.jpg", picture(number)))
                assert check["state"] == "done", check["problem"]
                if number % 20 == 0:
                    mib.append(service.mib())
                if number % 200 == 0:
                    show(f"{number} of {count}: {mib[-1]:.0f} MiB")
    counted = mib[int(SOAK_WARM_UP * len(mib)) :]
    third = max(1, len(counted) // 3)
    before, after = statistics.median(counted[:third]), statistics.median(counted[-third:])
    figures = {"checks": count, "memory_mib": mib, "before_mib": before, "after_mib": after}
    if count >= 2000:
        write("service-soak", f"python -m benchmarks service --soak {count}", figures)
    print(json.dumps({**figures, "memory_mib": [round(one) for one in mib]}))
    if after - before > SOAK_MORE_MIB:
        raise SystemExit(f"memory grew from {before:.0f} to {after:.0f} MiB")


def picture(number: int) -> bytes:
    """A small JPEG; each shows another moment of a made scene."""
    with tempfile.TemporaryFile() as file:
        drawn = scene(1 + number % 7, 0.1 * number, (320, 180))
        PIL.Image.fromarray(drawn).save(file, "JPEG", comment=f"{number}".encode())
        file.seek(0)
        return file.read()


def show(text: str) -> None:
    print(text, file=sys.stderr)


PARTS: dict[str, Callable[[Path, bytes, int], dict[str, Any]]] = {
    "start": measure_start,
    "load": measure_load,
    "latency": measure_latency,
    "queue": measure_queue,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, help="kill -9 so many times, with made work")
    parser.add_argument("--soak", type=int, help="so many small checks, one after the other")
    parser.add_argument("--seed", type=int, default=1, help="of the kills' moments [1]")
    parser.add_argument("--clips", type=int, default=10_000, help="a multiple of 500 [10,000]")
    parser.add_argument("--seconds", type=float, default=30.0, help="length of an upload [30]")
    parser.add_argument("--rounds", type=int, default=20, help="uploads in each part [20]")
    parser.add_argument("--only", choices=PARTS)
    arguments = parser.parse_args()
    if arguments.kills is not None:
        return kills(arguments.kills, arguments.seed)
    if arguments.soak is not None:
        return soak(arguments.soak)
    figures: dict[str, Any] = {
        "load_average": os.getloadavg()[0],
        "clips": arguments.clips,
        "upload_s": arguments.seconds,
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        show("making the library and the clip")
        if arguments.clips:
            build(folder / "library", arguments.clips, seed=1, space=load_describer().space)
        clip = write_clip(folder / "clip.mp4", start_s=5.0, seconds=arguments.seconds).read_bytes()
        for part, measure in PARTS.items():
            if arguments.only in (None, part):
                show(f"measuring {part}")
                figures[part] = measure(folder / "library", clip, arguments.rounds)
    if arguments.only is None:
        command = f"python -m benchmarks service --clips {arguments.clips}"
        given = f"--seconds {arguments.seconds:g} --rounds {arguments.rounds}"
        write("service", f"{command} {given}", figures)
    print(json.dumps(figures, indent=2))
    return None


if __name__ == "__main__":
    main()
