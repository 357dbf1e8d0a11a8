"""The README's tables, written from benchmarks/results: python -m benchmarks tables

A table stands between `<!-- table NAME -->` and `<!-- end NAME -->`. Nobody types a figure by hand.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.record import RESULTS, read

README = Path(__file__).parents[1] / "README.md"
PLACE = re.compile(r"(<!-- table (?P<name>[a-z]+) -->\n).*?(<!-- end (?P=name) -->)", re.DOTALL)

type Row = tuple[str, ...]


def table(head: Row, rows: list[Row]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def provenance(*results: dict[str, Any]) -> str:
    """Where the figures come from, under each table."""
    cores = results[0]["machine"]["cores"]
    told = "; ".join(f"`{r['command']}` at `{r['commit']}`" for r in results)
    return f"\n{told}, on {cores} cores.\n"


def accuracy() -> str:
    result = read("accuracy-dev")
    scores, certain = result["scores"], result["certainty"]
    video, photo, explain = scores["video"], scores["photo"], scores["explain"]
    boundary = video["boundary_error_s"] or {"median": None, "p90": None}
    both = (video, photo)
    rows: list[Row] = [
        ("micro-AP", *(number(m["micro_ap"]) for m in both)),
        ("recall at 100 % precision", *(number(m["recall_at_p100"]) for m in both)),
        ("accepted recall", *(number(m["recall_accepted"]) for m in both)),
        ("wrong pairs accepted", *(str(m["wrong_accepted"]) for m in both)),
        ("accepted on unknown footage", *(counts(m["false_on_negative"]) for m in both)),
        ("accepted on look-alikes", *(counts(m["false_on_hard_negative"]) for m in both)),
        ("undecided on copies", *(counts(m["undecided_on_positive"]) for m in both)),
        ("segment AP", number(video["segment_ap"]), "–"),
        ("boundary error, median", seconds(boundary["median"]), "–"),
        ("boundary error, 90th percentile", seconds(boundary["p90"]), "–"),
        ("moment of a still in its video, median error", "–", seconds(photo["still_time_error_s"])),
    ]
    wrong = (
        f"\nWrong acceptances: {certain['wrong']} in {certain['checks']} checks; with 95 % "
        f"confidence the rate is below {100 * certain['upper_bound_95']:.1f} %. Edits named right "
        f"(families, F1): {number(explain['families'].get('f1'))}; mirroring right: "
        f"{number(explain['mirror_right'])}.\n"
    )
    return table(("", "video", "photos"), rows) + wrong + provenance(result)


def missed() -> str:
    """Recall by edit: failures beside successes."""
    scores = read("accuracy-dev")["scores"]
    kinds = sorted({*scores["video"]["recall_by_edit"], *scores["photo"]["recall_by_edit"]})
    rows: list[Row] = [
        (
            kind.replace("(none)", "none"),
            counts(scores["video"]["recall_by_edit"].get(kind)),
            counts(scores["photo"]["recall_by_edit"].get(kind)),
        )
        for kind in kinds
    ]
    return table(("edit", "videos found", "photos found"), rows)


def speed() -> str:
    result = read("speed")
    prints, check = result["fingerprint"], result["check"]
    rows: list[Row] = [
        (
            "describing 60 s of 720p, against decoding all its frames (processor time)",
            f"{prints['default']['of_decode']:.2f} ×",
        ),
        ("the same with `--quick`", f"{prints['quick']['of_decode']:.2f} ×"),
        ("`firstseen --help`", f"{result['help']['median_s']:.2f} s"),
        (
            f"cold check of a 30 s copy against {check['clips']:,} clips",
            f"{check['copy']['best_s']:.1f} s",
        ),
        ("cold check of 30 s that are unknown", f"{check['stranger']['best_s']:.1f} s"),
        (
            "memory of the larger of the two",
            f"{max(check['copy']['peak_mib'], check['stranger']['peak_mib']):.0f} MiB",
        ),
    ]
    load = (
        f"Other work ran beside, at a load average of {result['load_average']:.0f}: seconds are "
        "upper bounds, ratios of processor time less so.\n"
        if result["load_average"] > 1
        else ""
    )
    return table(("", ""), rows) + provenance(result) + load


def service() -> str:
    result = read("service")
    start, load, queue = result["start"], result["load"], result["queue"]
    answers = result["latency"]["all"]
    rows: list[Row] = [
        ("start-up, at worst", f"{start['worst_s']:.1f} s"),
        (
            f"upload of {result['upload_s']:g} s of 720p to its verdict, alone, at worst",
            f"{max(start['verdict_s']):.1f} s",
        ),
        *(
            (
                f"checks a minute, {clients} at once; wait at the middle, at the 95th percentile",
                f"{one['checks_a_minute']:.0f}; {one['p50_s']:.0f} s, {one['p95_s']:.0f} s",
            )
            for clients, one in load.items()
        ),
        (
            "any page or status request while two checks run, 95th percentile",
            f"{1000 * answers['p95_s']:.0f} ms",
        ),
        (
            f"{queue['checks']} uploads that wait: done, in order",
            f"{queue['done']}, {'yes' if queue['in_order'] else 'no'}",
        ),
        ("memory of the whole service, at most", f"{_most_memory(result):.0f} MiB"),
    ]
    return table(("", ""), rows) + provenance(result)


def _most_memory(result: dict[str, Any]) -> float:
    return float(max(result[part]["memory_peak_mib"] for part in ("latency", "queue")))


def library() -> str:
    results = [read(path.stem) for path in sorted(RESULTS.glob("library-*.json"), key=_size)]
    head = ("clips", *(f"{r['clips']:,}" for r in results))
    rows: list[Row] = [
        (
            "candidate search, 60 query vectors, 2 threads, at best",
            *(f"{1000 * r['search_s']['60']['min']:.0f} ms" for r in results),
        ),
        (
            "the same in processor time (median)",
            *(f"{1000 * r['search_cpu_s']['60']['p50']:.0f} ms" for r in results),
        ),
        (
            "recall of the exact top 10, copies",
            *(f"{r['recall_at_10_of_copies']:.4f}" for r in results),
        ),
        ("durable addition, at best", *(f"{1000 * r['add_s']['min']:.0f} ms" for r in results)),
        ("memory, at most", *(f"{r['rss_mib']['peak']:.0f} MiB" for r in results)),
        ("a minute of footage, without pictures", *(_kilobytes(r) for r in results)),
    ]
    notes = "".join(sorted({f" ({r['note']})" for r in results if r.get("note")}))
    return table(head, rows) + provenance(*results).rstrip() + notes + "\n"


def _kilobytes(result: dict[str, Any]) -> str:
    sizes = result["bytes_per_minute"]
    return "–" if sizes is None else f"{sizes['all'] / 1000:.0f} kB"


def faces() -> str:
    result = read("faces")
    used = next(one for name, one in result["variants"].items() if name.endswith("(used)"))
    by_height = used["missed_by_height"]
    rows: list[Row] = [
        ("all", f"{used['missed']} of {used['faces']}"),
        *((size, missed) for size, missed in by_height.items()),
    ]
    told = (
        f"\nMissed: {100 * used['miss_rate']:.1f} %; with 95 % confidence below "
        f"{100 * used['miss_rate_95_upper']:.1f} %, over {result['frames']} marked frames.\n"
    )
    return table(("faces, by height", "missed"), rows) + told + provenance(result)


def metadata() -> str:
    columns = read("metadata")["columns"]
    rows: list[Row] = [
        (name, f"{100 * c['agreement']:.1f} %", f"{100 * c['agreement_where_stated']:.1f} %")
        for name, c in columns.items()
    ]
    files = max(c["files"] for c in columns.values())
    return table((f"agreement over {files} files", "all", "where it is stated"), rows)


def _size(path: Path) -> int:
    return int(path.stem.partition("-")[2])


def number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} s"


def counts(pair: list[int] | None) -> str:
    return "–" if pair is None else f"{pair[0]} of {pair[1]}"


TABLES: dict[str, Callable[[], str]] = {
    "accuracy": accuracy,
    "missed": missed,
    "speed": speed,
    "service": service,
    "faces": faces,
    "metadata": metadata,
    "library": library,
}


def filled(text: str) -> str:
    """A text with the tables of its places. Raises KeyError for a place of no table."""

    def fill(place: re.Match[str]) -> str:
        write = TABLES[place["name"]]
        try:
            written = write()
        except FileNotFoundError:
            written = "Not measured yet.\n"
        return f"{place[1]}{written}{place[3]}"

    return PLACE.sub(fill, text)


def main() -> None:
    README.write_text(filled(README.read_text()))


if __name__ == "__main__":
    main()
