"""python -m benchmarks NAME [options]: run one benchmark; `NAME --help` says what it takes."""

import runpy
import sys

BENCHMARKS = {
    "accuracy": ("benchmarks.accuracy", "the command line over a benchmark of real, edited media"),
    "edits": ("benchmarks.edits", "edits of one's own making on a folder of real clips"),
    "faces": ("benchmarks.faces", "how many faces of real frames the redaction misses"),
    "files": ("benchmarks.files", "what is read of real files, against ffmpeg and exiftool"),
    "library": (
        "benchmarks.speed_library",
        "search, recall, additions and size of a large library",
    ),
    "long": ("benchmarks.long", "known clips in items of hours: found, memory, cost"),
    "metadata": ("benchmarks.metadata", "agreement with exiftool and c2pa over real files"),
    "models": ("benchmarks.models", "which model finds the true clip first"),
    "mutants": ("benchmarks.mutants", "broken files by the thousand: none ends in an exception"),
    "other-times": ("benchmarks.other_times", "the same scene at another time: none is a copy"),
    "peers": ("benchmarks.peers", "real edits that other projects ship"),
    "service": ("benchmarks.service", "the service under load, under kill -9, and for long"),
    "speed": ("benchmarks.speed", "fingerprinting against decoding, starting, a cold check"),
    "stills": ("benchmarks.stills", "hard stills of one's own making, against a library"),
    "written": (
        "benchmarks.written",
        "every container and coding that PyAV writes, matched or not",
    ),
    "tables": ("benchmarks.tables", "write the README's tables from benchmarks/results"),
}


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in BENCHMARKS:
        lines = [f"  {name:<11} {says}" for name, (_, says) in BENCHMARKS.items()]
        print("usage: python -m benchmarks NAME [options]\n", *lines, sep="\n", file=sys.stderr)
        raise SystemExit(0 if name in {"-h", "--help"} else 2)
    sys.argv = [f"python -m benchmarks {name}", *sys.argv[2:]]
    runpy.run_module(BENCHMARKS[name][0], run_name="__main__", alter_sys=False)


if __name__ == "__main__":
    main()
