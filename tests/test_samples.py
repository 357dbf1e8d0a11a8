import csv
import hashlib
import re
from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "samples"
ROW = re.compile(
    r"^\| `(?P<file>[^`]+)` \| (?P<source>.+?) \| (?P<licence>.+?) \| `(?P<sha>\w+)` \|"
)


def table() -> dict[str, re.Match[str]]:
    lines = (SAMPLES / "README.md").read_text().splitlines()
    return {row["file"]: row for row in map(ROW.match, lines) if row}


def media() -> list[Path]:
    return sorted(p for folder in ("library", "items") for p in (SAMPLES / folder).iterdir())


def test_the_table_names_every_sample_and_nothing_else() -> None:
    assert sorted(table()) == sorted(p.relative_to(SAMPLES).as_posix() for p in media())


def test_every_hash_in_the_table_is_the_files() -> None:
    for name, row in table().items():
        assert hashlib.sha256((SAMPLES / name).read_bytes()).hexdigest() == row["sha"], name


def test_every_sample_may_be_copied_and_changed() -> None:
    for name, row in table().items():
        assert re.search(r"CC0 1\.0|CC BY 3\.0|public domain", row["licence"]), name


def test_the_samples_are_small() -> None:
    assert sum(p.stat().st_size for p in media()) < 12_000_000


def test_context_speaks_of_library_files_from_made_up_sources() -> None:
    with (SAMPLES / "context.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    library = {p.name for p in (SAMPLES / "library").iterdir()}
    assert {row["file"] for row in rows} == library
    for row in rows:
        assert row["source_url"].startswith("https://example.org/")
        assert "made up for the demo" in row["notes"].lower()


def test_the_untouched_copy_has_the_bytes_of_its_original() -> None:
    copy, original = SAMPLES / "items" / "launch-copy.jpg", SAMPLES / "library" / "launch.jpg"
    assert copy.read_bytes() == original.read_bytes()
