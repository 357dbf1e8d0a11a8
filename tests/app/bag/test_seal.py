"""Bags of ten kinds of check: what is in them, and that no tampering goes unseen."""

import importlib.util
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from app.__main__ import run
from app.bag.bag_of_check import seal_check
from app.bag.seal import Bag, write_zip
from app.bag.signing_key import SigningKeyError, load_or_make_key
from app.report.from_verdict import unreadable
from app.report.report import Report, Shown
from app.report.report_json import to_json
from app.store import audit_log
from app.store.data_folder import BAG_KEY, open_store
from app.store.errors import NotKept
from hashing.message import verbatim
from tests.app.bag.tampering import TAMPERINGS, contents, signed_anew
from tests.app.report.reports_made import full_report
from tests.app.store.checks_made import BYTES, stored_check
from tests.app.store.store_made import SHEET

VERIFIER = Path(__file__).parents[3] / "verifier" / "verify_bag.py"


def no_match() -> Report:
    report = full_report()
    return replace(report, matches=(), first_seen=None, claim=None)


def named(name: str) -> Report:
    report = full_report()
    return replace(report, item=replace(report.item, name=name))


# kind of check -> report, whether it has frames, what the bag shows
KINDS: dict[str, tuple[Report, bool, Shown]] = {
    "edited": (full_report(), False, Shown()),
    "with frames": (full_report(), True, Shown()),
    "names kept": (full_report(), True, Shown(names="kept", by="Ana")),
    "with the item": (full_report(), True, Shown(item="included", by="Ana")),
    "no match": (no_match(), False, Shown()),
    "unreadable": (unreadable("a.mp4", verbatim("no frames"), sha256="f" * 64), False, Shown()),
    "of an older version": (replace(full_report(), conditions=None), False, Shown()),
    "a name in Arabic": (named("\u0645\u0642\u0637\u0639.mp4"), False, Shown(names="kept")),
    "a name that climbs": (named("../../etc/passwd"), True, Shown(names="kept")),
    "no claim": (replace(full_report(), claim=None), True, Shown(item="included")),
}


@pytest.fixture(scope="module")
def verifier() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_bag", VERIFIER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def made_bag(folder: Path, kind: str) -> Bag:
    report, with_frames, shown = KINDS[kind]
    sheets = {"R000001": SHEET} if with_frames else {}
    check = stored_check(folder, to_json(report), sheets)
    store = open_store(folder, create=False)
    try:
        return seal_check(store, check, "cli", shown)
    finally:
        store.close()


def as_zip(name: str, files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    write_zip(Bag(name, files, ""), written)
    return written.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_every_way_to_tamper_with_a_bag_is_found(
    tmp_path: Path, verifier: ModuleType, kind: str
) -> None:
    bag = made_bag(tmp_path / "desk", kind)
    place = tmp_path / "bag.zip"
    place.write_bytes(as_zip(bag.name, contents(bag)))
    assert verifier.verify(place, bag.fingerprint).startswith("verified")
    assert verifier.verify(place).startswith("consistent, signer unknown")
    for tampering in TAMPERINGS.values():
        files = contents(bag)
        tampering(files)
        place.write_bytes(as_zip(bag.name, files))
        with pytest.raises(verifier.NotVerified):
            verifier.verify(place)
    assert len(TAMPERINGS) == 20
    place.write_bytes(as_zip(bag.name, signed_anew(contents(bag))))
    assert verifier.verify(place).startswith("consistent, signer unknown")
    with pytest.raises(verifier.NotVerified, match="signed by another key"):
        verifier.verify(place, bag.fingerprint)


def test_a_bag_is_verified_in_an_empty_folder_with_nothing_of_firstseen(tmp_path: Path) -> None:
    bag = made_bag(tmp_path / "desk", "with frames")
    empty = tmp_path / "empty"
    empty.mkdir()
    (tmp_path / "bag.zip").write_bytes(as_zip(bag.name, contents(bag)))
    (empty / "verify_bag.py").write_bytes(VERIFIER.read_bytes())

    def verify(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "verify_bag.py", "../bag.zip", *words]
        return subprocess.run(command, cwd=empty, capture_output=True, text=True, check=False)

    good = verify("--signer", bag.fingerprint)
    assert (good.returncode, good.stderr) == (0, "")
    assert "verified: signed by" in good.stdout
    bad = verify("--signer", "0" * 64)
    assert bad.returncode == 1
    assert "signed by another key" in bad.stderr
    assert "import app" not in VERIFIER.read_text()
    assert [path.name for path in empty.iterdir()] == ["verify_bag.py"]


def test_an_unpacked_bag_is_verified_and_so_is_what_was_done_to_it(
    tmp_path: Path, verifier: ModuleType
) -> None:
    bag = made_bag(tmp_path / "desk", "with frames")
    with zipfile.ZipFile(io.BytesIO(as_zip(bag.name, contents(bag)))) as archive:
        archive.extractall(tmp_path / "out")
    folder = tmp_path / "out"
    assert verifier.verify(folder, bag.fingerprint).startswith("verified")
    inside = folder / bag.name
    assert verifier.verify(inside, bag.fingerprint).startswith("verified")
    assert verifier.stamp_command(inside) is None
    (inside / "stamp.tsr").write_bytes(b"an authority's answer")
    assert verifier.verify(inside, bag.fingerprint).startswith("verified")
    command = verifier.stamp_command(inside)
    assert command.startswith("openssl ts -verify -in stamp.tsr -data signature.ed25519")
    (inside / "data" / "link").symlink_to("/etc/passwd")
    with pytest.raises(verifier.NotVerified, match="neither a file nor a folder"):
        verifier.verify(inside)


def comment(data: bytes) -> bytes:
    written = io.BytesIO(data)
    with zipfile.ZipFile(written, "a") as archive:
        archive.comment = b"trust me"
    return written.getvalue()


def again(name: str, content: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        written = io.BytesIO(data)
        with zipfile.ZipFile(written, "a") as archive:
            folder = archive.namelist()[0].split("/")[0]
            archive.writestr(name.format(folder=folder), content)
        return written.getvalue()

    return change


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "change",
    [
        comment,
        again("{folder}/data/report.json", b"{}"),
        again("{folder}/../../up.txt", b"up"),
        again("other/bagit.txt", b""),
        lambda data: b"#!/bin/sh\n" + data,
        lambda data: data[:-30],
        lambda data: data[: len(data) // 2],
        lambda data: b"",
    ],
    ids=range(8),
)
def test_what_is_done_to_the_zip_around_a_bag_is_found(
    tmp_path: Path, verifier: ModuleType, change: Callable[[bytes], bytes]
) -> None:
    bag = made_bag(tmp_path / "desk", "edited")
    place = tmp_path / "bag.zip"
    place.write_bytes(change(as_zip(bag.name, contents(bag))))
    with pytest.raises(verifier.NotVerified):
        verifier.verify(place, bag.fingerprint)


def test_a_bag_names_nobody_and_has_no_footage_unless_somebody_chose_that(tmp_path: Path) -> None:
    files = contents(made_bag(tmp_path / "a", "with frames"))
    assert not [name for name in files if name.startswith("data/item/")]
    assert b"Ana" not in b"".join(files.values())
    report: dict[str, Any] = json.loads(files["data/report.json"])
    assert report["shown"]["item"] == "withheld"
    assert json.loads(files["data/item.json"])["sha256"] == report["item"]["sha256"]
    assert [name for name in files if name.startswith("data/evidence/R000001/")]

    files = contents(made_bag(tmp_path / "b", "with the item"))
    assert files["data/item/original.mp4"] == BYTES
    assert json.loads(files["data/report.json"])["shown"]["item"] == "included"
    log = [json.loads(line) for line in files["data/audit.jsonl"].splitlines()]
    assert (log[-2]["action"], log[-2]["detail"]) == ("bag.seal", "item")


def test_an_item_that_is_not_kept_or_has_changed_is_not_sealed(tmp_path: Path) -> None:
    check = stored_check(tmp_path)
    store = open_store(tmp_path, create=False)
    try:
        (store.uploads / "u1").write_bytes(b"other bytes")
        with pytest.raises(NotKept, match="not the file that was checked"):
            seal_check(store, check, "cli", Shown(item="included"))
        (store.uploads / "u1").unlink()
        with pytest.raises(NotKept, match="not kept any more"):
            seal_check(store, check, "cli", Shown(item="included"))
        with store.reading() as connection:
            assert "bag.seal" not in {e.action for e in audit_log.entries(connection)}
    finally:
        store.close()


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first = load_or_make_key(tmp_path)
    assert load_or_make_key(tmp_path).fingerprint() == first.fingerprint()
    assert (tmp_path / BAG_KEY).stat().st_mode & 0o077 == 0
    (tmp_path / BAG_KEY).write_text("no key")
    with pytest.raises(SigningKeyError, match="is no key"):
        load_or_make_key(tmp_path)
    assert (tmp_path / BAG_KEY).read_text() == "no key"


def test_the_command_writes_a_bag_and_names_the_signer(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    verifier: ModuleType,
) -> None:
    check = stored_check(tmp_path / "desk")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FIRSTSEEN_LIBRARY", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["firstseen", "bag", check, "--output", "b.zip"])
    assert run() == 0
    fingerprint = load_or_make_key(tmp_path / "desk").fingerprint()
    assert fingerprint in capsys.readouterr().out
    assert verifier.verify(tmp_path / "b.zip", fingerprint).startswith("verified")
