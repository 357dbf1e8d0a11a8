"""The READMEs' tables, written from benchmarks/results: python -m benchmarks tables

A table stands between `<!-- table NAME -->` and `<!-- end NAME -->`. Nobody types a figure by hand.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks.record import RESULTS, read

FILLED = (Path(__file__).parent / "README.md",)
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
    video, photo = scores["video"], scores["photo"]
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
        f"confidence the rate is below {100 * certain['upper_bound_95']:.1f} %.\n"
    )
    return table(("", "video", "photos"), rows) + wrong + provenance(result)


def explained() -> str:
    """How well what was done is told, over accepted matches of videos and photos together."""
    result = read("accuracy-dev")
    told = result["scores"]["explain"]
    audio = ", ".join(f"{state} {counts(pair)}" for state, pair in told["audio_by_state"].items())
    rows: list[Row] = [
        ("edits named, by family, F1", number(told["families"].get("f1"))),
        ("mirrored or not, right", number(told["mirror_right"])),
        ("crop rectangle, median IoU", number(told["crop_iou_median"])),
        ("crop rectangle, share at IoU of 0.8 and more", number(told["crop_iou_above_0.8"])),
        ("homography within 0.03 of the diagonal", number(told["homography_within_0.03"])),
        ("speed where it was changed, error", f"{100 * told['speed_error_changed']:.1f} %"),
        ("tampered content found", counts(told["tamper_found"])),
        ("tampering told where there is none", counts(told["tamper_false"])),
        ("sound told right, mean recall of its states", number(told["audio_recall_mean"])),
        ("the same by state", audio),
    ]
    return table(("", ""), rows) + provenance(result)


def missed() -> str:
    """Each edit: found or not, named or not; and every pair that was missed."""
    scores = read("accuracy-dev")["scores"]
    video, photo, named = scores["video"], scores["photo"], scores["explain"]["by_type"]
    kinds = sorted({*video["recall_by_edit"], *photo["recall_by_edit"]})
    rows: list[Row] = [
        (
            kind.replace("(none)", "none"),
            counts(video["recall_by_edit"].get(kind)),
            counts(photo["recall_by_edit"].get(kind)),
            *_named(named.get(kind)),
        )
        for kind in kinds
    ]
    head = ("edit", "videos found", "photos found", "named in those", "right where named")
    pairs = ", ".join(pair.replace(" ", "–") for m in (video, photo) for pair in m["missed"])
    wrong = ", ".join(pair.replace(" ", "–") for m in (video, photo) for pair in m["wrong"])
    told = f"\nNot accepted: {pairs or 'none'}. Wrongly accepted: {wrong or 'none'}.\n"
    return table(head, rows) + told


def _named(one: dict[str, Any] | None) -> tuple[str, str]:
    if one is None or not one["n"]:
        return "–", "–"
    return f"{one['recall'] * one['n']:.0f} of {one['n']}", f"{100 * one['precision']:.0f} %"


MADE_ON = {"held-out": "clips kept back", "others": "clips from other sources"}


def beyond() -> str:
    """What no threshold was set on, in sum."""
    made_on = {name: read(f"edits-{name}") for name in MADE_ON}
    real = read("peers")
    rows: list[Row] = []
    for name, result in made_on.items():
        total = _sum(result["kinds"].values())
        halves = result["halves"]
        rows += [
            (f"edits made of {MADE_ON[name]}, found", counts([total["accepted"], total["n"]])),
            ("every edit of it named", counts([total["named"], total["n"]])),
            ("nothing named that was not done", counts([total["clean"], total["n"]])),
            ("accepted for another clip", counts([total["false"], total["n"]])),
            (
                "halves of one clip accepted for each other",
                counts([halves.get("accepted", 0), sum(halves.values())]),
            ),
        ]
    rows += [
        ("real edits of other projects, found", counts([real["accepted"], real["edits"]])),
        (
            "unlike files of these accepted",
            counts([real["wrongly_accepted"], real["unlike_pairs"]]),
        ),
    ]
    return table(("", ""), rows) + provenance(*made_on.values(), real)


def edits() -> str:
    """Edits of our own making by kind; a column a set of clips."""
    results = {name: read(f"edits-{name}") for name in MADE_ON}
    kinds = sorted({kind for one in results.values() for kind in one["kinds"]})
    rows: list[Row] = [
        (kind, *(_made(one["kinds"].get(kind)) for one in results.values())) for kind in kinds
    ]
    head = ("found, named, nothing named wrongly", *(MADE_ON[one] for one in results))
    return table(head, rows) + provenance(*results.values())


def _made(one: dict[str, int] | None) -> str:
    if one is None:
        return "–"
    return f"{one['accepted']}, {one['named']}, {one['clean']} of {one['n']}"


def _sum(kinds: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in kinds:
        total.update(one)
    return dict(total)


def peers() -> str:
    result = read("peers")
    rows: list[Row] = [
        (
            f"{one['set']}: {one['file']}",
            one["edit"].partition(" (")[0],
            one["relation"] or "unreadable",
            ", ".join(one["edits"]) or "–",
        )
        for one in result["rows"]
    ]
    told = (
        f"\nAccepted: {result['accepted']} of {result['edits']} edits, and "
        f"{result['wrongly_accepted']} of {result['unlike_pairs']} unlike pairs.\n"
    )
    head = ("file", "edit, as its project says", "relation", "differences named")
    return table(head, rows) + told + provenance(result)


def speed() -> str:
    result = read("speed")
    prints, check = result["fingerprint"], result["check"]
    at_size = read("speed-100000")
    large = at_size["check"]
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
        ("memory of the larger of the two", _most_of_check(check)),
        (
            f"the same against {large['clips']:,} clips: copy, unknown, memory",
            f"{large['copy']['best_s']:.1f} s, {large['stranger']['best_s']:.1f} s, "
            f"{_most_of_check(large)}",
        ),
    ]
    load = (
        f"Other work ran beside, at a load average of {result['load_average']:.0f}: seconds are "
        "upper bounds, ratios of processor time less so.\n"
        if result["load_average"] > 1
        else ""
    )
    return table(("", ""), rows) + provenance(result, at_size) + load


def _most_of_check(check: dict[str, Any]) -> str:
    return f"{max(check[kind]['peak_mib'] for kind in ('copy', 'stranger')):.0f} MiB"


def service() -> str:
    result = read("service")
    start, load, queue = result["start"], result["load"], result["queue"]
    answers = result["latency"]["all"]
    soak, kills = read("service-soak"), read("service-kills")
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
        (
            f"memory over {soak['checks']:,} small checks, first third and last",
            f"{soak['before_mib']:.0f} MiB, {soak['after_mib']:.0f} MiB",
        ),
        (
            f"`kill -9` of server and workers, {kills['server_kills']} and "
            f"{kills['worker_kills']} times under load: checks accepted, of these interrupted, "
            "without exactly one report",
            f"{kills['accepted']:,}, {kills['interrupted']}, {len(kills['faults'])}",
        ),
    ]
    return table(("", ""), rows) + provenance(result, soak, kills)


def _most_memory(result: dict[str, Any]) -> float:
    return float(max(result[part]["memory_peak_mib"] for part in ("latency", "queue")))


def library() -> str:
    results = [read(path.stem) for path in sorted(RESULTS.glob("library-*.json"), key=_size)]
    head = ("clips", *(f"{r['clips']:,}" for r in results))
    rows: list[Row] = [
        *(
            (
                f"candidate search, {count} query vectors, 2 threads, median",
                *(f"{1000 * r['search_s'][str(count)]['p50']:.0f} ms" for r in results),
            )
            for count in (30, 60)
        ),
        (
            "recall of the exact top 10, copies",
            *(f"{r['recall_at_10_of_copies']:.4f}" for r in results),
        ),
        ("durable addition, at best", *(f"{1000 * r['add_s']['min']:.0f} ms" for r in results)),
        ("memory, at most", *(f"{r['rss_mib']['peak']:.0f} MiB" for r in results)),
        ("a minute of footage, without pictures", *(_kilobytes(r) for r in results)),
    ]
    if any(r.get("sound") for r in results):
        told = "search by sound, 25 s of it, in processor time (median)"
        rows.insert(2, (told, *(_by_sound(r) for r in results)))
    notes = "".join(sorted({f" ({r['note']})" for r in results if r.get("note")}))
    return table(head, rows) + provenance(*results).rstrip() + notes + "\n"


def _by_sound(result: dict[str, Any]) -> str:
    sound = result.get("sound")
    return "–" if sound is None else f"{1000 * sound['search_cpu_s']['p50']:.0f} ms"


def _kilobytes(result: dict[str, Any]) -> str:
    sizes = result["bytes_per_minute"]
    return "–" if sizes is None else f"{sizes['all'] / 1000:.0f} kB"


def models() -> str:
    """Both models that come with the package: what the choice of the default rests on."""
    result = read("models")
    rows: list[Row] = [
        (
            name,
            *(counts([one["ranked_within"][k], one["pairs"]]) for k in ("1", "4", "8")),
            f"{one['cpu_ms_a_picture']:.0f} ms",
        )
        for name, one in result["models"].items()
    ]
    head = ("model", "true clip ranked first", "among four", "among eight", "a picture, processor")
    return table(head, rows) + provenance(result)


def faces() -> str:
    result = read("faces")
    height = "faces of 24 px and more"
    rows: list[Row] = [(f"{height}, all versions", *_missed(result["at_target_size"]))]
    rows += [(name, *_missed(one)) for name, one in result["by_version"].items()]
    rows += [(f"all versions, {name}", *_missed(one)) for name, one in result["by_height"].items()]
    empty: list[Row] = [
        (
            name,
            f"{one['frames_filled_in_part']} of {one['frames']}",
            f"{100 * one['frames_filled_95_upper']:.0f} %",
            f"{one['places_a_frame']:.1f}",
            f"{100 * one['area']:.1f} %",
        )
        for name, one in result["without_people"].items()
    ]
    told = (
        f"\n{result['different_faces']} different faces of {result['sources']} files, each in "
        f"{len(result['by_version'])} versions; bounds are one-sided Clopper-Pearson and take "
        "faces for independent.\n\n"
    )
    columns = ("frames without people", "filled in part", "with 95 % confidence below")
    return (
        table(("faces", "missed", "with 95 % confidence below"), rows)
        + told
        + table((*columns, "places a frame", "area"), empty)
        + provenance(result)
    )


def _missed(one: dict[str, Any]) -> tuple[str, str]:
    return f"{one['missed']} of {one['faces']}", f"{100 * one['miss_rate_95_upper']:.1f} %"


def metadata() -> str:
    result = read("metadata")
    columns, accepted = result["columns"], result["accepted"]
    rows: list[Row] = [
        (name, f"{100 * c['agreement']:.1f} %", f"{100 * c['agreement_where_stated']:.1f} %",
         f"{100 * accepted[name]['agreement_where_stated']:.1f} % of {accepted[name]['stated']}")
        for name, c in columns.items()
    ]  # fmt: skip
    files = max(c["files"] for c in columns.values())
    made, originals = result["made"], result["originals"]
    rows += [
        (f"{made['files']} files made with ffmpeg and exiftool", "–",
         f"{100 * made['agreement_where_stated']:.1f} %", "–"),
        ("camera originals with a notice or a warning", "–", "–",
         f"{originals['with_notice_or_warning']} of {originals['files']}"),
    ]  # fmt: skip
    head = (
        f"agreement over {files} files",
        "all",
        "where stated",
        "where photos and videos state it",
    )
    return table(head, rows)


def files() -> str:
    """A row a kind of container, all its codings together; kinds where all is right in one row."""
    result = read("files")
    versions = ", ".join(f"{name} {said}" for name, said in result["compared_with"].items())
    kinds: dict[str, Counter[str]] = {}
    for kind, sums in result["kinds"].items():
        kinds.setdefault(_container(kind), Counter()).update(sums)
    faultless = {name: sums for name, sums in kinds.items() if _is_right(sums)}
    rest = [name for name in kinds if name not in faultless]
    rows = [_file_row("all", result), *(_file_row(name, kinds[name]) for name in sorted(rest))]
    right = sum(faultless.values(), Counter[str]())
    rows.append(_file_row(f"{len(faultless)} further kinds of container", right))
    broken = result.get("mutants")
    said = f"\nCompared with {versions}.\n"
    if broken:
        said += (
            f"\nOf {broken['files']:,} files broken on purpose {broken['verdicts']:,} got a "
            f"verdict and {broken['refused_in_words']:,} a reason in words; exception texts in "
            f"{broken['with_foreign_text']}.\n"
        )
    head = (
        "kind", "files", "that ffmpeg decodes: with a verdict", "their frames: given a time",
        "size as exiftool reads it", "exception texts",
    )  # fmt: skip
    return table(head, rows) + said + provenance(result)


def written() -> str:
    """What PyAV writes, and what is broken on purpose; files that got another answer by name."""
    result, broken = read("written"), read("mutants")
    limits = sum(broken["passed_a_limit"].values())
    rows = [
        ("files in every container and coding that PyAV writes", f"{result['files']:,}"),
        ("that PyAV reads back: with a verdict", _part(result["verdicts"], result["readable"])),
        ("matched with the clip they are of", _part(result["matched"], result["readable"])),
        ("files broken on purpose", f"{broken['files']:,}"),
        ("something decodes; refused in words; beyond a limit, which is named",
         f"{broken['decoded']:,}; {broken['refused_in_words']:,}; {limits}"),
        ("ended the process otherwise", f"{sum(broken['ended_the_process'].values())}"),
        ("with exception texts", f"{broken['with_foreign_text']}"),
    ]  # fmt: skip
    unmatched = ", ".join(f"`{name}`" for name in result["unmatched"]) or "none"
    head = ("", "")
    return (
        table(head, rows)
        + f"\nNot matched: {unmatched}.\n"
        + provenance(result)
        + provenance(broken)
    )


def _container(kind: str) -> str:
    """The short name of the container in `container / coding`."""
    return kind.partition(" / ")[0].split(",")[0].removesuffix("_pipe")


def _is_right(sums: dict[str, Any]) -> bool:
    return (
        sums["verdicts"] == sums["decodable"]
        and sums["frames_timed"] == sums["frames"]
        and sums["sizes_agree"] == sums["sized"]
        and not sums["with_foreign_text"]
    )


def _file_row(name: str, sums: dict[str, Any]) -> Row:
    return (
        name,
        f"{sums['files']:,}",
        _part(sums["verdicts"], sums["decodable"]),
        _part(sums["frames_timed"], sums["frames"]),
        _part(sums["sizes_agree"], sums["sized"]),
        str(sums["with_foreign_text"]),
    )


def _part(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({100 * part / whole:.2f} %)" if whole else "–"


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
    "explained": explained,
    "missed": missed,
    "beyond": beyond,
    "models": models,
    "edits": edits,
    "peers": peers,
    "speed": speed,
    "service": service,
    "faces": faces,
    "files": files,
    "written": written,
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
    for page in FILLED:
        page.write_text(filled(page.read_text()))


if __name__ == "__main__":
    main()
