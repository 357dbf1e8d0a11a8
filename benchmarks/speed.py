"""Speed of the whole program, as ratios in one run where a time depends on the machine.

    python -m benchmarks speed            all of it, into benchmarks/results/speed.json
    python -m benchmarks speed --clips N --only check   against so many clips: results/speed-N.json

Fingerprinting is compared with the processor time of decoding all frames of the same clip with
PyAV, in this one process, one after the other, the best of three each. The cold check runs the
built command in a new process (the disk's cache is warm) with a library of synthetic clips, beside
which the clip of `footage` was added: once with a 30 s excerpt of it, once with footage that is
nowhere. Memory is the sum of the proportional sizes of the command and what it starts.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av

from benchmarks.footage import write_clip
from benchmarks.memory import tree_bytes
from benchmarks.record import write
from benchmarks.speed_library import build
from hashing.decode.probe import probe
from hashing.describe.fingerprint import fingerprint
from hashing.describe.sscd import load_describer
from hashing.types import Sampling

BUILD = Path(__file__).parents[1] / "build"
ROUNDS = 3
EXCERPT_S = (17.0, 30.0)  # start, length
STRANGER_SEED = 2
USUAL_CLIPS = 10_000
PROGRAM = [sys.executable, "-m", "app"]


def clip() -> Path:
    """The clip of `footage`, made once."""
    BUILD.mkdir(exist_ok=True)
    path = BUILD / "footage-1.mp4"
    if not path.exists():
        show("making the clip (a minute or two, once)")
        part = path.with_suffix(".part.mp4")
        write_clip(part)
        part.rename(path)
    return path


def decode_all(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def fingerprint_all(path: Path, sampling: Sampling) -> int:
    with path.open("rb") as file:
        info = probe(file)
        file.seek(0)
        return len(fingerprint(file, info, sampling).descriptors.times)


def cpu_s(action: Callable[[], object]) -> float:
    """Processor seconds, of all threads, at best."""
    spent = []
    for _ in range(ROUNDS):
        started = time.process_time()
        action()
        spent.append(time.process_time() - started)
    return min(spent)


def measure_fingerprint() -> dict[str, Any]:
    path = clip()
    started = time.process_time()
    load_describer()  # loaded once in the life of a process
    loaded = time.process_time() - started
    frames = decode_all(path)
    decode = cpu_s(lambda: decode_all(path))
    result: dict[str, Any] = {
        "clip_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "clip_bits_a_second": round(path.stat().st_size * 8 / 60),
        "frames": frames,
        "load_model_cpu_s": loaded,
        "decode_cpu_s": decode,
    }
    samplings: tuple[Sampling, ...] = ("default", "quick")
    for sampling in samplings:
        spent = cpu_s(lambda sampling=sampling: fingerprint_all(path, sampling))  # type: ignore[misc]
        result[sampling] = {
            "cpu_s": spent,
            "of_decode": spent / decode,
            "vectors": fingerprint_all(path, sampling),
        }
    return result


def measure_help() -> dict[str, float]:
    times = []
    for _ in range(7):
        started = time.perf_counter()
        subprocess.run([*PROGRAM, "--help"], check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    times.sort()
    return {"median_s": times[len(times) // 2], "max_s": times[-1]}


def measure_check(clips: int) -> dict[str, Any]:
    """Cold checks of 30 s against `clips` synthetic clips and one real one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        library = folder / "library"
        build(library, clips, seed=1, space=load_describer().space)
        known = ["library", "add", str(clip()), "--library", str(library)]
        subprocess.run([*PROGRAM, *known], check=True, capture_output=True)
        start_s, length_s = EXCERPT_S
        items = {
            "copy": write_clip(folder / "copy.mp4", start_s=start_s, seconds=length_s),
            "stranger": write_clip(folder / "other.mp4", STRANGER_SEED, seconds=length_s),
        }
        result: dict[str, Any] = {"clips": clips + 1, "vectors": 60 * clips}
        for kind, item in items.items():
            result[kind] = _cold(
                [*PROGRAM, "check", str(item), "--library", str(library), "--json"]
            )
        return result


def _cold(command: list[str]) -> dict[str, Any]:
    """The command's wall time, at best and at worst, its memory and its own report of times.

    Memory is watched in a run of its own: reading it 50 times a second slows down what is timed.
    """
    times = []
    report: dict[str, Any] = {}
    for _ in range(ROUNDS):
        started = time.perf_counter()
        ended = subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
        report = json.loads(ended.stdout)
    return {
        "best_s": min(times),
        "worst_s": max(times),
        "peak_mib": _peak(command) / 2**20,
        "relation": report["verdict"]["relation"],
        "timings_s": report["timings_s"],
    }


def _peak(command: list[str]) -> int:
    """Bytes of memory at the worst moment of a run."""
    peak = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, tree_bytes(process.pid))
            time.sleep(0.02)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return peak


def show(text: str) -> None:
    print(text, file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=USUAL_CLIPS, help="a multiple of 500 [10,000]")
    parser.add_argument("--only", choices=["fingerprint", "help", "check"])
    arguments = parser.parse_args()
    parts: dict[str, Callable[[], Any]] = {
        "fingerprint": measure_fingerprint,
        "help": measure_help,
        "check": lambda: measure_check(arguments.clips),
    }
    figures: dict[str, Any] = {"load_average": os.getloadavg()[0]}
    for name, measure in parts.items():
        if arguments.only in (None, name):
            show(f"measuring {name}")
            figures[name] = measure()
    command = f"python -m benchmarks speed --clips {arguments.clips}"
    if arguments.only is None:
        write("speed", command, figures)
    elif arguments.only == "check" and arguments.clips != USUAL_CLIPS:
        write(f"speed-{arguments.clips}", f"{command} --only check", figures)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
