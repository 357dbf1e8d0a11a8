from pathlib import Path

import pytest

from app.library.library import Library
from app.settings import Settings
from benchmarks.files import Expected, Outcome, check, figures
from benchmarks.tables import files as files_table
from tests.made import make_video
from tests.made.foreign_texts import foreign, texts
from tests.made.parts import make_two_tracks
from tests.made.stills import make_still

KIND = "mov,mp4 / h264"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library.open(tmp_path_factory.mktemp("library") / "empty", create=True)


def outcome(path: Path, library: Library, frames: int) -> Outcome:
    return check(path, path.name, Expected(KIND, frames, (320, 180)), library, Settings())


def test_frames_of_all_tracks_are_counted(tmp_path: Path, library: Library) -> None:
    path = make_two_tracks(tmp_path / "two.mp4", seconds=0.4)
    measured = outcome(path, library, 20)
    assert (measured.verdict, measured.frames, measured.size) == (True, 20, (320, 180))
    assert not list(measured.disagreements)


def test_what_is_missing_is_listed(tmp_path: Path, library: Library) -> None:
    video = make_video(tmp_path / "v.mp4", seconds=0.4)
    still = make_still(tmp_path / "s.png", "png", size=(160, 90))
    (tmp_path / "words.mp4").write_text("no video at all")
    frames, size, verdict = (
        outcome(video, library, 12),
        outcome(still, library, 1),
        outcome(tmp_path / "words.mp4", library, 1),
    )
    assert [line[2:] for line in frames.disagreements] == [["frames", 12, 10]]
    assert [line[2:] for line in size.disagreements] == [["size", [320, 180], [160, 90]]]
    assert [line[2] for line in verdict.disagreements] == ["verdict"]
    result = figures([frames, size, verdict])
    assert (result["decodable"], result["verdicts"], result["frames_timed"]) == (3, 2, 11)
    assert len(result["disagreements"]) == 3


@pytest.mark.parametrize(
    "text",
    [
        "Traceback (most recent call last)",
        "reading the file failed: OSError: broken data stream",
        "[Errno 22] Invalid argument",
        "not a TIFF file (TiffImagePlugin.py:611)",
        "avcodec_send_packet() failed",
        "cv2.error: (-215) assertion failed",
        "'NoneType' object has no attribute 'name'",
        "<PIL.JpegImagePlugin.JpegImageFile object at 0x7f0011223344>",
    ],
)
def test_a_library_s_own_words_are_noticed(text: str) -> None:
    assert foreign(text)


@pytest.mark.parametrize(
    "text",
    [
        "nothing decodes between 2.0 s and 3.5 s",
        "the JPEG breaks off at byte 27,673: rows 1 to 250 of 360 decode and were checked",
        "frame 3 of 12 does not decode (0.2 s)",
        "the video track cannot be decoded: its codec (dav1) is not known",
    ],
)
def test_our_own_words_are_not(text: str) -> None:
    assert foreign(text) is None


def test_what_the_file_says_of_itself_is_not_searched() -> None:
    report = {"problems": ["a"], "metadata": {"fields": {"exif": {"Software": "Lavc"}}}}
    assert list(texts(report)) == ["a"]


def test_the_table_names_what_was_compared() -> None:
    assert "ffprobe" in files_table()
