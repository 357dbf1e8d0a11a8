import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import record, tables
from benchmarks.__main__ import BENCHMARKS
from benchmarks.accuracy import certainty, upper_bound

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("wrong", "checks", "bound"),
    [
        (0, 1, 0.95),
        (0, 3000, 0.000998),  # the rule of three: 3 / n
        (1, 1000, 0.004735),
        (5, 5, 1.0),
    ],
)
def test_upper_bound_is_that_of_clopper_and_pearson(wrong: int, checks: int, bound: float) -> None:
    assert upper_bound(wrong, checks) == pytest.approx(bound, rel=0.002)


def test_upper_bound_holds_its_confidence() -> None:
    """At the bound itself, so few errors or fewer come up in one run of twenty."""
    from scipy.stats import binom

    for wrong, checks in ((0, 50), (2, 266), (7, 400)):
        assert binom.cdf(wrong, checks, upper_bound(wrong, checks)) == pytest.approx(0.05)


def test_wrong_acceptances_of_videos_and_photos_are_counted_together() -> None:
    scores = {"video": {"wrong_accepted": 2}, "photo": {"wrong_accepted": 1}, "queries": 266}
    assert certainty(scores)["wrong"] == 3
    assert certainty(scores)["checks"] == 266


def test_every_benchmark_that_is_named_is_there() -> None:
    for module, _ in BENCHMARKS.values():
        assert importlib.util.find_spec(module), module


def test_an_unknown_benchmark_is_wrong_usage_and_lists_those_there_are() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "nothing"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert all(name in done.stderr for name in BENCHMARKS)


def test_a_result_says_how_it_came_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    record.write("made", "python -m benchmarks made", {"figure": 1.5})
    result = record.read("made")
    assert result["figure"] == 1.5
    assert result["command"] == "python -m benchmarks made"
    assert {"commit", "machine", "measured_at"} <= result.keys()


def test_only_places_of_tables_are_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tables.TABLES, "speed", lambda: "| new |\n")
    text = "a\n<!-- table speed -->\n| old |\n<!-- end speed -->\n<!-- other -->\nb\n"
    assert tables.filled(text) == text.replace("old", "new")


def test_a_table_has_a_head_a_rule_and_its_rows() -> None:
    assert tables.table(("", "n"), [("x", "1")]) == "|  | n |\n| --- | --- |\n| x | 1 |\n"


def test_what_was_not_measured_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    place = "<!-- table accuracy -->\n<!-- end accuracy -->"
    assert "Not measured yet" in tables.filled(place)
