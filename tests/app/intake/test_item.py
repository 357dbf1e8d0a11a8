"""What is handed in becomes an Item, or a refusal that says why; nothing is left behind."""

import errno
import hashlib
import io
import json
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from app.error_codes import http_status
from app.errors import LinkRefusedError
from app.intake import item as intake
from app.intake.item import (
    Incoming,
    IntakeError,
    Item,
    NotMedia,
    TooLarge,
    from_path,
    from_stream,
    readable_name,
)
from hashing.errors import LimitExceeded, UnsupportedMedia

LIMIT = 1_000_000


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 32), (200, 30, 30)).save(out, "JPEG")
    return out.getvalue()


PICTURE = picture()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(PICTURE)
    return path


# ---- files


def test_a_file_becomes_an_item(file: Path) -> None:
    digest = hashlib.sha256(PICTURE).hexdigest()
    assert from_path(file, LIMIT) == Item(file, "photo.jpg", digest, len(PICTURE), "image/jpeg")


def test_a_path_may_be_given_as_text(file: Path) -> None:
    assert from_path(str(file), LIMIT) == from_path(file, LIMIT)


def test_the_type_follows_from_content_not_from_the_name(file: Path) -> None:
    named = file.rename(file.with_suffix(".mp4"))
    assert from_path(named, LIMIT).media_type == "image/jpeg"


def test_the_original_is_not_touched(file: Path) -> None:
    before = file.stat()
    file.chmod(0o444)
    from_path(file, LIMIT)
    after = file.stat()
    assert (after.st_mtime_ns, after.st_size, after.st_ino) == (
        before.st_mtime_ns,
        before.st_size,
        before.st_ino,
    )
    assert file.read_bytes() == PICTURE
    assert list(file.parent.iterdir()) == [file]


def test_a_large_file_is_hashed_whole(tmp_path: Path) -> None:
    path = tmp_path / "large"
    content = PICTURE + bytes(3 * intake.CHUNK_BYTES)
    path.write_bytes(content)
    item = from_path(path, len(content))
    assert (item.bytes, item.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_a_link_on_disk_is_followed(file: Path) -> None:
    link = file.with_name("link.jpg")
    link.symlink_to(file)
    item = from_path(link, LIMIT)
    assert (item.name, item.bytes) == ("link.jpg", len(PICTURE))


@pytest.mark.parametrize(
    "name", ["two\nlines.jpg", "quo'te\".jpg", "spa ce.jpg", "写真.jpg", "\x1b[2J.jpg", "-rf", " "]
)
def test_a_name_is_kept_as_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(PICTURE)
    assert from_path(path, LIMIT).name == name


def test_a_name_that_is_no_text_is_spelt_out_and_can_be_written_as_json(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jpg"))
    path.write_bytes(PICTURE)
    item = from_path(path, LIMIT)
    assert item.name == "caf\\xe9.jpg"
    assert json.dumps({"name": item.name}, ensure_ascii=False).encode("utf-8")
    assert readable_name(path) == item.name


def test_an_upload_on_disk_can_carry_the_name_it_was_sent_with(file: Path) -> None:
    assert from_path(file, LIMIT, name="sent.jpg").name == "sent.jpg"


# ---- refusals


@pytest.mark.parametrize(
    "link", ["https://example.org/a.mp4", "http://example.org", "HTTPS://EXAMPLE.ORG/a.mp4"]
)
def test_links_are_refused_with_a_clear_word(link: str) -> None:
    for given in (link, Path(link)):
        with pytest.raises(LinkRefusedError, match="takes files, no links"):
            from_path(given, LIMIT)


def test_a_folder_whose_name_looks_like_a_scheme_is_still_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "http").mkdir()
    (tmp_path / "http" / "a.jpg").write_bytes(PICTURE)
    monkeypatch.chdir(tmp_path)
    assert from_path("http/a.jpg", LIMIT).name == "a.jpg"


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(IntakeError, match=r"empty \(0 bytes\)"):
        from_path(tmp_path / "empty.mp4", LIMIT)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="no such file"):
        from_path(tmp_path / "absent.mp4", LIMIT)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="a folder, not a file"):
        from_path(tmp_path, LIMIT)


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(IntakeError, match="a named pipe, not a file"):
        from_path(tmp_path / "pipe", LIMIT)


def test_a_file_swapped_for_a_pipe_after_the_first_check_is_refused(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    regular = file.stat()
    pipe = file.with_name("pipe")
    os.mkfifo(pipe)
    monkeypatch.setattr(Path, "stat", lambda self: regular)
    with pytest.raises(IntakeError, match="a named pipe, not a file"):
        intake.open_regular(pipe)


def test_a_device_is_refused() -> None:
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
    with pytest.raises(IntakeError, match="a device, not a file"):
        from_path(os.devnull, LIMIT)


def test_a_socket_is_refused(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        with pytest.raises(IntakeError, match="a socket, not a file"):
            from_path(tmp_path / "s", LIMIT)


def test_a_name_with_a_nul_is_refused() -> None:
    with pytest.raises(IntakeError, match="no file can have this name"):
        from_path("a\0b", LIMIT)


def test_a_file_that_may_not_be_read_is_refused(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, flags: int) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)  # root may read everything, so the system cannot
    with pytest.raises(IntakeError, match="permission denied"):
        from_path(file, LIMIT)


def test_a_file_too_large_is_refused_by_name_of_the_setting_before_it_is_read(file: Path) -> None:
    with pytest.raises(TooLarge, match="FIRSTSEEN_MAX_BYTES allows files of 100 bytes") as caught:
        from_path(file, 100)
    assert isinstance(caught.value, LimitExceeded)
    assert http_status(caught.value) == 413


def test_the_limit_itself_is_still_allowed(file: Path) -> None:
    assert from_path(file, len(PICTURE)).bytes == len(PICTURE)
    with pytest.raises(TooLarge):
        from_path(file, len(PICTURE) - 1)


def test_a_text_named_mp4_is_refused_with_what_is_known_of_it(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_text("no video")
    with pytest.raises(NotMedia, match="by its content this is a text") as caught:
        from_path(path, LIMIT)
    assert isinstance(caught.value, UnsupportedMedia)
    assert caught.value.item.name == "clip.mp4"
    assert caught.value.item.sha256 == hashlib.sha256(b"no video").hexdigest()


def test_a_playlist_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_text("#EXTM3U\n/etc/passwd\n")
    with pytest.raises(NotMedia, match="a playlist, which only points at media elsewhere"):
        from_path(path, LIMIT)


def test_an_item_checks_itself() -> None:
    with pytest.raises(ValueError, match="64 hex digits"):
        Item(Path("a"), "a", "abc", 1, "image/png")
    with pytest.raises(ValueError, match="has a name"):
        Item(Path("a"), "", "0" * 64, 1, "image/png")


# ---- uploads


def pieces(content: bytes, size: int = 100) -> Iterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def test_an_upload_becomes_a_file_of_a_random_name(tmp_path: Path) -> None:
    item = from_stream(pieces(PICTURE), "../../etc/passwd\n.jpg", tmp_path, LIMIT)
    assert item.path.parent == tmp_path
    assert list(tmp_path.iterdir()) == [item.path]
    assert "passwd" not in item.path.name
    assert item.path.read_bytes() == PICTURE
    assert item.name == "../../etc/passwd\n.jpg"
    assert (item.bytes, item.media_type) == (len(PICTURE), "image/jpeg")
    assert item.sha256 == hashlib.sha256(PICTURE).hexdigest()


def test_an_upload_too_large_is_cut_off_and_nothing_stays(tmp_path: Path) -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1000
            yield bytes(1000)

    with pytest.raises(TooLarge, match="allows files of 5,000 bytes"):
        from_stream(endless(), "clip.mp4", tmp_path, 5000)
    assert taken == 6000
    assert not list(tmp_path.iterdir())


def test_a_sender_who_goes_away_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield PICTURE
        raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError):
        from_stream(broken(), "clip.mp4", tmp_path, LIMIT)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"a text"])
def test_an_upload_that_is_no_media_leaves_nothing(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(IntakeError):
        from_stream([content], "clip.mp4", tmp_path, LIMIT)
    assert not list(tmp_path.iterdir())


def test_an_upload_that_was_never_finished_leaves_nothing(tmp_path: Path) -> None:
    with Incoming("clip.mp4", tmp_path, LIMIT) as incoming:
        incoming.write(PICTURE)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_named_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(IntakeError, match="the disk is full"):
        from_stream([PICTURE], "clip.mp4", tmp_path, LIMIT)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="cannot be kept: there is no such file or folder"):
        from_stream([PICTURE], "clip.mp4", tmp_path / "absent", LIMIT)
