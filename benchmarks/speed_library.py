"""Speed, recall and size of a large library: python -m benchmarks library --clips 10000

Clips are synthetic and seeded: 60 unit vectors each, two a second, a random walk whose pictures
one second apart have a cosine of 0.64 (0.55 to 0.71 were measured on handheld footage). Queries
are noisy copies of the 30 s of one clip at a known cosine, or of nothing at all. The exact top 10
comes from every vector as it was before it was stored. Pictures are left out, and above 10,000
clips the timeline and the sound too, which no search reads: bytes a minute count up to there.

The search by sound is asked for 25 s of the sound of some clips, with noise of 3 dB, from a moment
between two codes, and for as much sound that is nowhere; what is found is verified as in a check.

The library is built in transactions of 500 clips; the additions that are timed are single, durable
ones. Searching is measured in a process of its own, so that its memory is its own.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from app.library import schema
from app.library.clip_rows import add_appearances, insert_clip
from app.library.context_csv import Context
from app.library.index.code_cache import BLOCK_SIZE, CodeFile
from app.library.library import Library
from app.library.open_library import open_file
from app.library.packing import pack_vectors
from app.library.records import Appearance, FileFacts
from app.library.schema import read_counter, write_counter
from app.pipeline.audio_sources import find_audio
from benchmarks.record import write
from hashing.audio.spectrogram import BAND_COUNT, STEP_DB
from hashing.search.candidates import NEIGHBOURS_PER_ROW
from hashing.types import AudioFingerprint, Descriptors, Fingerprint, MediaInfo, Span, Timeline

SPACE = "synthetic-512"
SOUND_SPACE = "synthetic"
ROWS = 60
RATE = 2  # vectors a second
STEP = 0.8  # cosine of neighbours
CHUNK = 500  # clips
MADE = 4  # chunks that are drawn at random; the others are those in other coordinates
WITH_SOUND = 10_000  # clips
COSINES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
TOP = 10
HEARD_ROWS = (50, 440)  # of a clip's sound that is asked for: about 25 s
HEARD_CLIPS = 20
ASKED = NEIGHBOURS_PER_ROW  # places that a check asks for
THREADS = 2

NOTE = "other work ran on the same cores: min and cpu are the figures to trust"

type Vectors = NDArray[np.float32]


def walks(seed: int, chunk: int) -> Vectors:
    """(CHUNK, 60, 512) unit vectors, the same whenever asked: a made chunk, mirrored and turned."""
    rng = np.random.default_rng((seed, chunk, 7))
    signs = (rng.integers(0, 2, 512) * 2 - 1).astype(np.float32)
    turned: Vectors = made_walks(seed, chunk % MADE)[:, :, rng.permutation(512)] * signs
    return turned


@cache
def made_walks(seed: int, chunk: int) -> Vectors:
    """(CHUNK, 60, 512) unit vectors."""
    rng = np.random.default_rng((seed, chunk))
    now = rng.standard_normal((CHUNK, 512), dtype=np.float32)
    table = np.empty((CHUNK, ROWS, 512), np.float32)
    for row in range(ROWS):
        table[:, row] = now
        noise = rng.standard_normal(now.shape, dtype=np.float32)
        now = STEP * now + np.sqrt(1 - STEP**2, dtype=np.float32) * noise
    return table / np.linalg.norm(table, axis=2, keepdims=True)


def fingerprint(vectors: Vectors, rng: np.random.Generator, full: bool) -> Fingerprint:
    """A clip of 30 s with 30 pictures a second; its sound is a random walk of 24 bands.

    full: with timeline and sound.
    """
    seconds = ROWS / RATE
    pictures = int(seconds * 30) if full else 0
    hops = int(seconds / 0.064)
    bands = sound_bands(rng, hops) if full else None
    return Fingerprint(
        info=MediaInfo("video", 1280, 720, seconds, 30.0, "mov,mp4", "h264", "aac"),
        space=SPACE,
        sampling="synthetic",
        descriptors=Descriptors(
            times=np.arange(ROWS) / RATE,
            vectors=vectors.astype(np.float16),
            pdq=rng.integers(0, 256, (ROWS, 32), np.uint8),
            pdq_quality=rng.integers(50, 101, ROWS, np.uint8),
            phash=rng.integers(0, 256, (ROWS, 8), np.uint8),
            flat=np.zeros(ROWS, np.bool_),
        ),
        timeline=Timeline(np.arange(pictures) / 30, rng.gamma(2, 2, pictures).astype(np.float32)),
        audio=AudioFingerprint(bands, 0.064, 0.0, SOUND_SPACE) if bands is not None else None,
    )


def sound_bands(rng: np.random.Generator, hops: int) -> NDArray[np.uint8]:
    """(hops, 24) a random walk."""
    walk = 100 + np.cumsum(rng.integers(-6, 7, (hops, BAND_COUNT)), axis=0)
    return walk.clip(0, 255).astype(np.uint8)


def facts(number: int) -> FileFacts:
    name = f"clip-{number:06d}.mp4"
    return FileFacts(name, hashlib.sha256(name.encode()).hexdigest(), 3_000_000)


def build(folder: Path, clips: int, seed: int, space: str = SPACE) -> float:
    """Fill a library, as if its vectors were of that space; the seconds that it took."""
    faiss.omp_set_num_threads(1)  # on a busy machine two threads wait for each other
    started = time.perf_counter()
    rng = np.random.default_rng(seed)
    file = open_file(folder, create=True, read_only=False, wait_s=10)
    seen = Appearance("ingested", datetime.now(UTC).isoformat(timespec="seconds"))
    for chunk in range(clips // CHUNK):
        made = walks(seed, chunk)
        first = chunk * CHUNK  # the number of the chunk's first clip
        alone = CHUNK if clips <= WITH_SOUND else 1
        with file.writing() as connection:
            for place, vectors in enumerate(made[:alone]):
                number = insert_clip(
                    connection,
                    replace(fingerprint(vectors, rng, clips <= WITH_SOUND), space=space),
                    facts(first + place),
                    Context().texts(),
                )
                add_appearances(connection, number, [seen])
            insert_alike(connection, number, made[alone:], first + alone)
            CodeFile(folder).extend(connection, CHUNK * ROWS // BLOCK_SIZE + 1)
        show(f"built {(chunk + 1) * CHUNK:,} of {clips:,} clips")
    file.close()
    return time.perf_counter() - started


def insert_alike(connection: sa.Connection, pattern: int, made: Vectors, first: int) -> None:
    """Clips (N, 60, 512) that are like clip number `pattern` in all but name and vectors.

    The same rows as one addition after the other leaves, in half the time.
    """
    if not len(made):
        return
    vector = read_counter(connection, "next_vector")
    packed = pack_vectors(made.reshape(-1, made.shape[2]).astype(np.float16))
    connection.exec_driver_sql(
        "INSERT INTO vectors (id, row, time, vector) VALUES (?, ?, ?, ?)",
        [
            (vector + place, place % ROWS, place % ROWS / RATE, one.tobytes())
            for place, one in enumerate(packed)
        ],
    )
    write_counter(connection, "next_vector", vector + len(packed))
    named = [facts(first + place) for place in range(len(made))]
    kept = _columns(schema.clips, "id", "name", "sha256", "first_vector")
    connection.exec_driver_sql(
        f"INSERT INTO clips (name, sha256, first_vector, {kept}) "
        f"SELECT ?, ?, ?, {kept} FROM clips WHERE id = ?",
        [
            (one.name, bytes.fromhex(one.sha256), vector + place * ROWS, pattern)
            for place, one in enumerate(named)
        ],
    )
    for table in (schema.fingerprints, schema.appearances):
        kept = _columns(table, "id", "clip")
        connection.exec_driver_sql(
            f"INSERT INTO {table.name} (clip, {kept}) "
            f"SELECT ?, {kept} FROM {table.name} WHERE clip = ?",
            [(pattern + 1 + place, pattern) for place in range(len(made))],
        )


def _columns(table: sa.Table, *left_out: str) -> str:
    return ", ".join(column.name for column in table.columns if column.name not in left_out)


def queries(clips: int, seed: int) -> dict[str, Vectors]:
    """Sixty query vectors of one clip for each cosine, and of footage that is nowhere."""
    rng = np.random.default_rng((seed, 1))
    asked = {"absent": rng.standard_normal((ROWS, 512), dtype=np.float32)}
    for cosine in COSINES:
        number = int(rng.integers(clips // CHUNK * CHUNK))
        source = walks(seed, number // CHUNK)[number % CHUNK]
        noise = rng.standard_normal(source.shape, dtype=np.float32)
        noise -= (noise * source).sum(axis=1, keepdims=True) * source
        noise /= np.linalg.norm(noise, axis=1, keepdims=True)
        asked[f"{cosine:.1f}"] = (
            np.float32(cosine) * source + np.float32(np.sqrt(1 - cosine**2)) * noise
        )
    return {
        name: some / np.linalg.norm(some, axis=1, keepdims=True) for name, some in asked.items()
    }


def exact_top(asked: Vectors, clips: int, seed: int) -> NDArray[np.int64]:
    """(Q, 10) vector numbers counted from 0, by every cosine in float32."""
    scores = np.full((len(asked), TOP), -np.inf, np.float32)
    best = np.zeros((len(asked), TOP), np.int64)
    for chunk in range(clips // CHUNK):
        table = walks(seed, chunk).astype(np.float16).astype(np.float32).reshape(-1, 512)
        cosines = asked @ table.T  # (Q, CHUNK * 60)
        some = np.argpartition(-cosines, TOP, axis=1)[:, :TOP]
        scores = np.hstack([scores, np.take_along_axis(cosines, some, 1)])
        best = np.hstack([best, some + chunk * CHUNK * ROWS])
        kept = np.argsort(-scores, axis=1)[:, :TOP]
        scores, best = np.take_along_axis(scores, kept, 1), np.take_along_axis(best, kept, 1)
    return best


def measure_search(folder: Path) -> dict[str, Any]:
    """In a fresh process: opening, searching, memory; found (name -> (60, 10) vector numbers)."""
    with np.load(asked_file(folder)) as stored:
        asked = dict(stored)
    faiss.omp_set_num_threads(THREADS)
    started = time.perf_counter()
    library = Library.open(folder)
    opened = time.perf_counter()
    before = peak_mib()
    ready = time.perf_counter()
    library.search(asked["absent"][:1], ASKED, SPACE)
    loaded = time.perf_counter()
    times: dict[str, list[float]] = {"60": [], "30": []}
    cpu: dict[str, list[float]] = {"60": [], "30": []}
    found = {}
    for name, vectors in asked.items():
        for size in (60, 30):
            for _ in range(5):
                begun, cpu_begun = time.perf_counter(), time.process_time()
                hits = library.search(vectors[:: 60 // size], ASKED, SPACE)
                times[str(size)].append(time.perf_counter() - begun)
                cpu[str(size)].append(time.process_time() - cpu_begun)
            if size == 60:
                found[name] = (hits.vector[:, :TOP] - 1).tolist()  # ids count from 1
    peak = peak_mib()
    return {
        "open_s": opened - started,
        "load_index_s": loaded - ready,
        "search_s": {size: spread(some) for size, some in times.items()},
        "search_cpu_s": {size: spread(some) for size, some in cpu.items()},
        "rss_mib": {
            "before_first_search": before,
            "peak": peak,
        },
        "sound": measure_sound(library, library.stats().clips),
        "found": found,
    }


def measure_sound(library: Library, clips: int) -> dict[str, Any] | None:
    """Seconds of searching by sound, and what was found. None where no sound was stored."""
    if library.audio("R000001") is None:
        return None
    rng = np.random.default_rng(7)
    copies = rng.choice(clips, HEARD_CLIPS, replace=False) + 1
    times, cpu, found, wrong = [], [], 0, 0
    for number in [*copies.tolist(), *(0 for _ in range(HEARD_CLIPS))]:
        source = library.audio(f"R{number:06d}") if number else None
        walk = source.bands if source else sound_bands(rng, 480)
        noisy = walk[slice(*HEARD_ROWS)] + rng.normal(0, 3 / STEP_DB, (1, BAND_COUNT))
        noisy = noisy + rng.normal(0, 3 / STEP_DB, noisy.shape)
        asked = AudioFingerprint(
            noisy.round().clip(0, 255).astype(np.uint8), 0.064, 0.0, SOUND_SPACE
        )
        begun, cpu_begun = time.perf_counter(), time.process_time()
        known = find_audio(asked, (Span(0.0, 25.0),), library)
        times.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - cpu_begun)
        heard = {one.clip.id for one in known}
        found += f"R{number:06d}" in heard
        wrong += len(heard - {f"R{number:06d}"})
    return {
        "asked_s": 25.0,
        "search_s": spread(times),
        "search_cpu_s": spread(cpu),
        "copies": HEARD_CLIPS,
        "copies_found": found,
        "absent": HEARD_CLIPS,
        "wrong": wrong,
    }


def peak_mib() -> float:
    """Most memory that this process held; ru_maxrss would count that of the one that began it."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def measure_adds(folder: Path, clips: int, seed: int, count: int = 200) -> dict[str, float]:
    """Seconds of single, durable additions."""
    rng = np.random.default_rng((seed, 2))
    times = []
    with Library.open(folder) as library:
        for place, vectors in enumerate(walks(seed, clips)[:count]):
            print_ = fingerprint(vectors, rng, full=True)
            started = time.perf_counter()
            library.add(print_, facts(clips + place))
            times.append(time.perf_counter() - started)
    return spread(times)


def spread(times: list[float]) -> dict[str, float]:
    return {
        "min": min(times),
        "p50": float(np.percentile(times, 50)),
        "p95": float(np.percentile(times, 95)),
        "max": max(times),
    }


def asked_file(folder: Path) -> Path:
    return folder.with_name("asked.npz")


def run(folder: Path, clips: int, seed: int) -> dict[str, Any]:
    built = build(folder, clips, seed)
    minutes = clips * ROWS / RATE / 60
    on_disk = {
        "all": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
        "codes": sum(path.stat().st_size for path in folder.glob("index/*")),
    }
    command = [sys.executable, "-m", "benchmarks.speed_library", "--measure", str(folder)]
    asked = queries(clips, seed)
    np.savez(asked_file(folder), **asked)  # type: ignore[arg-type] # the stub's flag, not an array
    answer = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    found = answer.pop("found")
    show("computing the exact top 10")
    exact = exact_top(np.concatenate(list(asked.values())), clips, seed).reshape(-1, ROWS, TOP)
    recall = {
        name: float(
            np.mean(
                [len(set(a) & set(b.tolist())) / TOP for a, b in zip(found[name], top, strict=True)]
            )
        )
        for name, top in zip(asked, exact, strict=True)
    }
    return {
        "clips": clips,
        "vectors": clips * ROWS,
        "seed": seed,
        "query_vectors": [60, 30],
        "places_asked_for": ASKED,
        "threads": THREADS,
        "build_s": built,
        **answer,
        "recall_at_10": recall,
        "recall_at_10_of_copies": float(np.mean([recall[f"{c:.1f}"] for c in COSINES])),
        "add_s": measure_adds(folder, clips, seed),
        "bytes_per_minute": {name: size / minutes for name, size in on_disk.items()}
        if clips <= WITH_SOUND
        else None,
    }


def show(text: str) -> None:
    print(text, file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=10_000, help="a multiple of 500")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--measure", type=Path, help="measure this library and print JSON")
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure_search(arguments.measure)))
        return
    with tempfile.TemporaryDirectory() as folder:
        result = run(Path(folder) / "library", arguments.clips, arguments.seed)
    command = f"python -m benchmarks library --clips {arguments.clips} --seed {arguments.seed}"
    path = write(f"library-{arguments.clips}", command, {"note": NOTE, **result})
    print(path.read_text())


if __name__ == "__main__":
    main()
