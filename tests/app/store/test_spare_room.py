"""Deleting, signing out and revoking work on a full disk, because some room is kept for it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_bad_input import ROOT, SMALL_DISK, can_mount

ON_A_FULL_DISK = """
import sys
from datetime import UTC, datetime
from pathlib import Path

from app.metadata.types import Credentials, Metadata
from app.store import checks, keys, sessions
from app.store import stored_fingerprints
from app.store.checks import Submission
from app.store.data_folder import open_store
from app.store.errors import StoreUnusable
from app.store.retention import sweep
from app.store.spare_room import freeing, keep_spare_room
from app.store.timestamps import now
from tests.app.library.library_made import made_print

folder = Path(sys.argv[1])
store = open_store(folder / "desk")
with store.writing() as connection:
    key, _ = keys.create(connection, "Ana", ["check"], "cli", now())
    _, cookie = sessions.create(connection, key, 3600, now())
    asked = Submission(key.id, "check", "upload", "a.mp4", 1, "ab" * 32)
    check, _ = checks.accept(connection, asked, 10)
    described = Metadata({}, Credentials("none"))
    stored_fingerprints.store(connection, check.id, made_print(1, rows=300), described, 0, "2999")
if sys.argv[2] == "kept":
    keep_spare_room(store)
with (folder / "ballast").open("wb", buffering=0) as ballast:
    for size in (1 << 16, 1 << 9):
        try:
            while ballast.write(bytes(size)):
                pass
        except OSError:
            continue
try:
    if sys.argv[3] == "expire":
        assert sweep(store, datetime(3000, 1, 1, tzinfo=UTC)).descriptors == 1
        print("freed")
        sys.exit()
    with freeing(store) as connection:
        checks.delete(connection, check.id)
    with freeing(store) as connection:
        sessions.end(connection, cookie)
    with freeing(store) as connection:
        keys.revoke(connection, key.id, "cli", now())
except StoreUnusable:
    print("full")
else:
    print("freed")
"""


@pytest.mark.skipif(not can_mount(), reason="this system lets no user mount a small disk")
@pytest.mark.parametrize(
    ("room", "how", "outcome"),
    [("kept", "delete", "freed"), ("none", "delete", "full"), ("kept", "expire", "freed")],
)
def test_what_frees_room_works_on_a_full_disk(
    tmp_path: Path, room: str, how: str, outcome: str
) -> None:
    script = 'mount -t tmpfs -o size=12m tmpfs "$1" || exit 99; "$2" -c "$3" "$1" "$4" "$5"'
    done = subprocess.run(
        [*SMALL_DISK, script, "sh", tmp_path, sys.executable, ON_A_FULL_DISK, room, how],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
        check=False,
    )
    assert done.stdout.strip() == outcome, done.stderr
