"""What is deleted or has expired leaves nothing in any file of the store."""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.evidence.evidence_sheet import EvidenceSheet
from app.evidence.evidence_sheet import Pair as Shown
from app.metadata.types import Credentials, Metadata
from app.settings import Settings
from app.store import (
    alerts,
    checks,
    decisions,
    evidence_sheets,
    keys,
    reports,
    retention,
    reveals,
    stored_fingerprints,
)
from app.store.checks import Check, Submission
from app.store.data_folder import Store, StorePlace, fetching_folder, open_store
from app.store.decisions import Choice, Pair
from app.store.retention import MAX_FETCH_AGE_S, MAX_STRAY_AGE_S, Sweeper, drop_upload, sweep
from app.store.schema import metadata as tables
from hashing.message import verbatim
from tests.app.api.service_made import report
from tests.app.library.library_made import made_print

CANARY = "canary-{}-7f3a"  # plain in every column that holds text
SHA256 = "ab" * 32
HOUR_S = 3600.0


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        library=tmp_path / "library",
        keep_uploads_s=HOUR_S,
        keep_descriptors_s=2 * HOUR_S,
        keep_reports_s=3 * HOUR_S,
        keep_decisions_s=4 * HOUR_S,
    )


@pytest.fixture
def store(store_place: StorePlace) -> Iterator[Store]:
    store = open_store(store_place)
    yield store
    store.close()


def canary(name: str) -> str:
    return CANARY.format(name)


@pytest.fixture
def check(store: Store, settings: Settings) -> Check:
    """A check that is done, with everything that can be kept of it."""
    upload = "0123456789abcdef"
    (store.uploads / upload).write_bytes(canary("upload").encode() * 100)
    with store.writing() as connection:
        key, _ = keys.create(connection, "ann", ["check"], "cli", datetime.now(UTC))
        asked = Submission(
            key=key.id,
            task="check",
            kind="upload",
            name=canary("name"),
            bytes=10,
            sha256=SHA256,
            url=canary("url"),
            upload=upload,
            claimed_date="2022-11-27",
            claimed_place=canary("place"),
            context={"text": canary("context")},
            idempotency_key=canary("idempotency"),
        )
        accepted, _ = checks.accept(connection, asked, 10)
        checks.claim_next(connection)
        made = report(canary("name"))
        columns = reports.summary(made) | {"headline": canary("headline"), "pictures": "ready"}
        assert checks.finish(connection, accepted.id, "done", settings, **columns)
        reports.store(connection, accepted.id, made, "check", 3)
        stored_fingerprints.store(
            connection,
            accepted.id,
            made_print(1),
            Metadata({}, Credentials("none"), problems=(canary("metadata"),)),
            3,
            checks.timestamp_in(settings.keep_descriptors_s),
        )
        jpeg = b"\xff\xd8\xff" + canary("picture").encode()
        pair = Shown(0, 0.0, 0.0, jpeg, jpeg, aligned=jpeg)
        sheet = EvidenceSheet(
            (pair,), (), "redacted", None, 0, 0, (verbatim(canary("sheet")),), (pair,)
        )
        evidence_sheets.store(connection, accepted.id, {"R000001": sheet})
        said = Pair(accepted.id, SHA256, "R000001", "cd" * 32)
        later = datetime.now(UTC) + timedelta(seconds=settings.keep_decisions_s)
        decisions.add(
            connection,
            said,
            key.id,
            "ann",
            Choice.DIFFERENT,
            canary("note"),
            datetime.now(UTC),
            later,
        )
        alerts.raise_alert(connection, accepted.id, "R000001", canary("alert"), datetime.now(UTC))
        reveals.grant(
            connection,
            accepted.id,
            key.id,
            canary("reason"),
            datetime.now(UTC),
            faces=True,
            metadata=True,
        )
        return checks.find(connection, accepted.id)


def traces(store: Store) -> list[bytes]:
    """What to look for: the canaries, and pieces of everything that is stored packed."""
    matching = [CANARY.partition("{}")[0].encode()]
    with store.reading() as connection:
        for name in ("reports", "descriptors", "pictures"):
            for row in connection.execute(sa.select(tables.tables[name])):
                packed = [one for one in row if isinstance(one, bytes) and len(one) >= 32]
                matching += [one[len(one) // 2 :][:32] for one in packed]
    return matching


def files_with(folder: Path, wanted: list[bytes]) -> list[str]:
    """Which files hold any of it."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [f.name for f in files if any(one in f.read_bytes() for one in wanted)]


@pytest.mark.parametrize("store_place", ["sqlite"], indirect=True)  # a server's files are its own
def test_a_deleted_check_leaves_nothing(store: Store, check: Check) -> None:
    wanted = traces(store)
    assert len(wanted) >= 4
    assert set(files_with(store.folder, wanted)) >= {"0123456789abcdef"}
    assert len(files_with(store.folder, wanted)) >= 2
    with store.writing() as connection:
        checks.delete(connection, check.id)
    (store.uploads / "0123456789abcdef").unlink()
    assert store.empty_log()
    assert files_with(store.folder, wanted) == []


def rows(store: Store) -> dict[str, int]:
    names = ("checks", "reports", "descriptors", "pictures", "decisions", "alerts", "reveals")
    with store.reading() as connection:
        return {
            name: connection.execute(
                sa.select(sa.func.count()).select_from(tables.tables[name])
            ).scalar_one()
            for name in names
        }


def test_each_thing_goes_when_its_time_is_over(store: Store, check: Check) -> None:
    wanted = traces(store)

    def after(hours: float) -> tuple[list[str], dict[str, int]]:
        swept = sweep(store, datetime.now(UTC) + timedelta(hours=hours))
        assert swept.clean
        return sorted(path.name for path in store.uploads.iterdir()), rows(store)

    uploads, left = after(0.9)
    assert uploads == ["0123456789abcdef"]
    assert left["descriptors"] == left["checks"] == 1
    uploads, left = after(1.1)
    assert uploads == []
    with store.reading() as connection:
        stored_item = checks.find(connection, check.id)
    assert (stored_item.upload, stored_item.upload_expires_at) == (None, None)
    assert (left["descriptors"], left["reports"]) == (1, 1)
    _, left = after(2.1)
    assert (left["descriptors"], left["reports"], left["checks"]) == (0, 1, 1)
    _, left = after(3.1)
    assert left == dict.fromkeys(left, 0) | {"decisions": 1}
    assert store.is_shared or files_with(store.folder, [canary("note").encode()])
    assert not files_with(store.folder, wanted[1:])
    _, left = after(4.1)
    assert left == dict.fromkeys(left, 0)
    assert files_with(store.folder, wanted) == []


def test_a_file_stays_while_pictures_are_made_of_it(store: Store, check: Check) -> None:
    with store.writing() as connection:
        table = tables.tables["checks"]
        connection.execute(table.update().values(pictures="pending"))
    drop_upload(store, check.id)
    assert sweep(store, datetime.now(UTC) + timedelta(hours=1.5)).uploads == 0
    with store.writing() as connection:
        checks.finish_evidence(connection, check.id, "ready")
    drop_upload(store, check.id)
    assert list(store.uploads.iterdir()) == []


def test_what_is_not_done_does_not_expire(store: Store, check: Check) -> None:
    with store.writing() as connection:
        connection.execute(tables.tables["checks"].update().values(state="running"))
    sweep(store, datetime.now(UTC) + timedelta(hours=3.5))
    assert rows(store)["checks"] == 1


def test_files_that_no_check_names_go_once_nobody_can_be_about_to(
    store: Store, check: Check
) -> None:
    stray, fresh = store.uploads / "stray", store.uploads / "fresh"
    for path in (stray, fresh, store.uploads / "0123456789abcdef"):
        path.write_bytes(b"x")
    long_ago = datetime.now(UTC).timestamp() - MAX_STRAY_AGE_S - 10
    for path in (stray, store.uploads / "0123456789abcdef"):
        os.utime(path, (long_ago, long_ago))
    assert sweep(store).uploads == 1
    assert sorted(p.name for p in store.uploads.iterdir()) == ["0123456789abcdef", "fresh"]


def test_what_was_fetched_for_a_check_that_stopped_goes(store: Store, check: Check) -> None:
    with store.writing() as connection:
        connection.execute(tables.tables["checks"].update().values(state="running"))
    running, stopped = fetching_folder(store, check.id), fetching_folder(store, "stopped")
    long_ago = datetime.now(UTC).timestamp() - MAX_FETCH_AGE_S - 10
    for folder in (running, stopped):
        folder.mkdir()
        (folder / "part").write_bytes(b"x")
        os.utime(folder, (long_ago, long_ago))
    assert sweep(store).uploads == 1
    assert (running.exists(), stopped.exists()) == (True, False)


def test_the_sweeper_sweeps_by_itself_and_ends(store: Store, check: Check) -> None:
    with store.writing() as connection:
        past = {"upload_expires_at": "2020-01-01T00:00:00.000000Z"}
        connection.execute(tables.tables["checks"].update().values(past))
    sweeper = Sweeper(store, every_s=0.01)
    sweeper.start()
    for _ in range(1000):
        if not list(store.uploads.iterdir()):
            break
        sweeper.wake()
    sweeper.close()
    assert list(store.uploads.iterdir()) == []


def test_a_round_that_fails_by_our_own_fault_is_not_the_last(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[int] = []
    third = threading.Event()

    def faulty(_: Store) -> None:
        rounds.append(1)
        if len(rounds) == 3:
            third.set()
        raise ZeroDivisionError("secret name")

    monkeypatch.setattr(retention, "sweep", faulty)
    sweeper = Sweeper(store, every_s=0.01)
    sweeper.start()
    assert third.wait(60.0)
    sweeper.close()


def test_a_sheet_that_shows_faces_is_never_stored(store: Store, check: Check) -> None:
    jpeg = b"\xff\xd8\xff"
    sheet: Any = EvidenceSheet((Shown(0, 0.0, 0.0, jpeg, jpeg),), (), "redacted", None, 0, 0)
    with store.writing() as connection, pytest.raises(ValueError, match="redacted"):
        evidence_sheets.store(connection, check.id, {"R000001": replace(sheet, faces="shown")})


def test_sheets_come_back_without_their_strip(store: Store, check: Check) -> None:
    with store.reading() as connection:
        (sheet,) = evidence_sheets.load(connection, check.id).values()
        (description,) = evidence_sheets.load_descriptions(connection, check.id).values()
        step = description["strip"][0]["aligned"]
        assert (
            evidence_sheets.load_image(connection, check.id, "R000001", step)
            == sheet.pairs[0].aligned
        )
    assert sheet.strip == ()
    assert sheet.problems == (verbatim(canary("sheet")),)
