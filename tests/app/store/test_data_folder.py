"""The service's data folder: made beside a library, used by one service, refused if not ours."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.jobs.recheck_schedule import next_due
from app.library.library import Library
from app.metadata.types import Credentials, Metadata
from app.settings import Settings
from app.store import alerts, checks, decisions, keys, stored_fingerprints
from app.store.checks import Submission, timestamp_in
from app.store.data_folder import only_service, open_store
from app.store.errors import StoreBusy, StoreInUse, StoreUnusable
from app.store.schema import searches
from app.store.timestamps import now
from tests.app.library.library_made import made_facts, made_print


def test_what_is_written_is_there_when_opened_again(tmp_path: Path) -> None:
    store = open_store(tmp_path / "desk")
    with store.writing() as connection:
        keys.create(connection, "ann", ["check"], "cli", now())
    store.close()
    store = open_store(tmp_path / "desk")
    with store.reading() as connection:
        assert [key.name for key in keys.list_keys(connection)] == ["ann"]
    assert store.uploads.is_dir()
    store.close()


TO_VERSION_4 = """
    DROP TABLE damage;
    ALTER TABLE reports DROP COLUMN checksum;
    ALTER TABLE descriptors DROP COLUMN checksum;
    ALTER TABLE pictures DROP COLUMN checksum;
    ALTER TABLE sheets DROP COLUMN checksum;
    ALTER TABLE searches DROP COLUMN checksum;
    ALTER TABLE searches DROP COLUMN failures;
    ALTER TABLE searches DROP COLUMN failed_at_clip;
    ALTER TABLE searches DROP COLUMN retry_at;
    UPDATE migrations SET version = 4;
    PRAGMA user_version = 4;
"""

TO_VERSION_1 = """
    DROP TABLE damage;
    ALTER TABLE reports DROP COLUMN checksum;
    ALTER TABLE descriptors DROP COLUMN checksum;
    ALTER TABLE pictures DROP COLUMN checksum;
    ALTER TABLE sheets DROP COLUMN checksum;
    ALTER TABLE alerts DROP COLUMN claim_before;
    ALTER TABLE alerts DROP COLUMN claim_after;
    ALTER TABLE decisions DROP COLUMN note_shared;
    DROP INDEX ix_keys_old_hash;
    ALTER TABLE keys DROP COLUMN expires_at;
    ALTER TABLE keys DROP COLUMN rotated_at;
    ALTER TABLE keys DROP COLUMN old_hash;
    ALTER TABLE keys DROP COLUMN old_until;
    DROP TABLE searches;
    ALTER TABLE descriptors ADD COLUMN searched_up_to INTEGER;
    ALTER TABLE descriptors ADD COLUMN library_change TEXT;
    UPDATE descriptors SET searched_up_to = 7, library_change = '1 2';
    CREATE TABLE marks (name TEXT NOT NULL PRIMARY KEY, value FLOAT, text TEXT);
    UPDATE migrations SET version = 1;
    PRAGMA user_version = 1;
"""


def test_a_store_of_version_1_is_brought_up_to_date_with_what_it_holds(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.writing() as connection:
        made, secret = keys.create(connection, "ann", ["check"], "cli", now())
        key = made.id
        asked = Submission(key, "check", "upload", "a.mp4", 1, "ab" * 32)
        check, _ = checks.accept(connection, asked, 10)
        alerts.raise_alert(connection, check.id, "R000001", "told before", now())
        said = Metadata({}, Credentials("none"))
        stored_fingerprints.store(
            connection, check.id, made_print(1), said, 7, timestamp_in(99), "1 2"
        )
        pair = decisions.Pair(check.id, "ab" * 32, "R000001", "cd" * 32)
        told = (decisions.Choice.DIFFERENT, "another crane", now())
        decisions.add(connection, pair, key, "ann", *told, share_note=True)
    store.close()
    old = sqlite3.connect(tmp_path / "desk.db")
    old.executescript(TO_VERSION_1)
    old.close()
    store = open_store(tmp_path)
    with store.writing() as connection:
        claim = ("not_contradicted", "contradicted")
        alerts.raise_alert(connection, check.id, "R000002", "told after", now(), claim)
        rows = [(one.headline, one.claim_after) for one in alerts.list_alerts(connection, None)]
        tables = sa.inspect(connection).get_table_names()
        stored = stored_fingerprints.load(connection, check.id)
        assert next_due(connection, 7, "1 2") is None
        assert keys.authenticate(connection, secret, now()) == made
        _, rotated = keys.rotate(connection, key, "cli", now(), grace_s=60)
        for good in (secret, rotated):
            assert keys.authenticate(connection, good, now()) is not None
        old_note = decisions.find_for_item(connection, "ab" * 32)[0]
    store.close()
    assert rows == [("told after", "contradicted"), ("told before", None)]
    assert "marks" not in tables
    assert (old_note.note, old_note.note_shared) == ("another crane", False)
    assert stored is not None
    assert stored.searched_up_to == 7


def test_a_store_of_version_4_is_brought_up_to_date(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    old = sqlite3.connect(tmp_path / "desk.db")
    old.executescript(TO_VERSION_4)
    old.close()
    store = open_store(tmp_path)
    with store.reading() as connection:
        columns = {column["name"] for column in sa.inspect(connection).get_columns("searches")}
    store.close()
    assert columns == set(searches.c.keys())


def test_others_of_the_machine_cannot_look_in(tmp_path: Path) -> None:
    open_store(tmp_path / "desk").close()
    assert (tmp_path / "desk").stat().st_mode & 0o077 == 0
    assert (tmp_path / "desk" / "uploads").stat().st_mode & 0o077 == 0


def test_an_absent_store_is_not_made_unless_asked_for(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="no service store in"):
        open_store(tmp_path / "desk", create=False)
    assert not (tmp_path / "desk").exists()


def test_a_folder_of_other_things_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"picture")
    with pytest.raises(StoreUnusable, match="not a service store"):
        open_store(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_a_library_is_no_store(tmp_path: Path) -> None:
    Library.open(tmp_path / "library", create=True).close()
    (tmp_path / "library" / "library.db").rename(tmp_path / "library" / "desk.db")
    with pytest.raises(StoreUnusable, match="not a firstseen service store"):
        open_store(tmp_path / "library")


@pytest.mark.parametrize("store_first", [True, False])
def test_a_store_in_the_librarys_folder_is_none_of_its_files(
    store_first: bool, tmp_path: Path
) -> None:
    folder = tmp_path / "library"
    if store_first:
        open_store(folder / "desk").close()
    with Library.open(folder, create=True) as library:
        library.add(made_print(1), made_facts(1))
        before = library.stats().bytes
        open_store(folder / "desk").close()
        assert library.stats().bytes == before > 0


def test_a_second_writer_waits_and_then_says_why_it_gave_up(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    other = sqlite3.connect(tmp_path / "desk.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store = open_store(tmp_path, wait_s=0.1)
    with pytest.raises(StoreBusy, match=r"Another process is writing.*0\.1 s"), store.writing():
        pass
    other.close()
    store.close()


def test_one_service_a_folder(tmp_path: Path) -> None:
    with only_service(tmp_path / "desk"):
        with (
            pytest.raises(StoreInUse, match="Another service is running"),
            only_service(tmp_path / "desk"),
        ):
            pass
        open_store(tmp_path / "desk").close()  # a command beside the service
    with only_service(tmp_path / "desk"):
        pass


KEEP_OPEN = """
import sys, time
from pathlib import Path
from app.store.data_folder import only_service
with only_service(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_killed_service_holds_nothing(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", KEEP_OPEN, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(StoreInUse), only_service(tmp_path):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with only_service(tmp_path):
        pass


def test_the_store_is_in_the_librarys_folder_unless_told_otherwise(tmp_path: Path) -> None:
    assert Settings(library=tmp_path).desk_folder() == tmp_path / "desk"
    assert Settings(library=tmp_path, data=tmp_path / "d").desk_folder() == tmp_path / "d"
