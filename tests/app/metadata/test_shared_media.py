"""Every file of the shared metadata collection: none fails; most agree with other readers."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.metadata.findings.findings import findings
from app.metadata.read import read_metadata
from app.sandbox.codec import SIZES, decode, encode
from app.sandbox.sandbox import Sandbox
from benchmarks.metadata import EXPLAINED, Reading, compare, read_index

SHARED = Path(__file__).parents[3] / ".." / "shared" / "metadata"
INDEX = SHARED / "INDEX.csv"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not INDEX.exists(), reason="the shared media are not beside the checkout"),
]

# just below what benchmarks/results/metadata.json has
FLOORS = {
    "make": 0.97,
    "model": 0.97,
    "software": 0.97,
    "datetimeoriginal": 0.97,
    "createdate": 0.97,
    "gps": 0.99,
    "orientation": 0.99,
    "has_xmp": 0.99,
    "c2pa": 0.99,
}


@pytest.fixture(scope="module")
def readings() -> list[Reading]:
    return read_index(INDEX)


def test_every_file_is_read_within_two_seconds(readings: list[Reading]) -> None:
    assert len(readings) > 200
    assert max(reading.seconds for reading in readings) < 2


def test_columns_agree_with_the_index(readings: list[Reading]) -> None:
    columns: dict[str, Any] = compare(readings)
    low = {name: columns[name]["agreement"] for name in FLOORS if
           columns[name]["agreement"] < FLOORS[name]}  # fmt: skip
    assert low == {}


def test_every_disagreement_was_looked_at(readings: list[Reading]) -> None:
    columns: dict[str, Any] = compare(readings)
    differing = {row[0] for column in columns.values() for row in column["disagreements"]}
    assert differing <= EXPLAINED.keys()


def test_everything_read_crosses_the_pipe_and_can_be_reasoned_over(
    readings: list[Reading],
) -> None:
    now = datetime.now(UTC)
    for reading in readings:
        frame = encode(reading.metadata)
        size, _ = SIZES.unpack_from(frame)
        text = frame[SIZES.size : SIZES.size + size]
        back = decode(text, bytearray(frame[SIZES.size + size :]))
        assert back.fields == reading.metadata.fields
        assert back.credentials == reading.metadata.credentials
        for finding in findings(reading.metadata, None, None, now):
            assert finding.text.endswith((".", ")"))


def test_the_sandbox_changes_nothing(readings: list[Reading]) -> None:
    for reading in readings[::20]:
        path = INDEX.parent.parent / reading.row["path"]
        with Sandbox.open(path) as sandbox:
            sandboxed = sandbox.call("metadata")
        with path.open("rb") as file:
            assert sandboxed.fields == read_metadata(file).fields
        assert sandboxed.credentials == reading.metadata.credentials
