from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hashing.decode.probe import probe
from hashing.describe.fingerprint import MAX_ROW_S, describe_again, fingerprint, is_flat
from hashing.describe.sscd import resize_to_input
from hashing.errors import DecodeError
from hashing.types import Descriptors, Fingerprint
from tests.hashing.films import RATE, Films, written
from tests.made import make_video, scene
from tests.made.broken import make_cut_short


def cosines(left: Descriptors, right: Descriptors) -> NDArray[np.float32]:
    """(n, m) of all rows of two clips."""
    return np.asarray(left.vectors, np.float32) @ np.asarray(right.vectors, np.float32).T


def described(path: Path) -> Fingerprint:
    with path.open("rb") as file:
        return fingerprint(file, probe(file))


def same_bytes(left: object, right: object) -> bool:
    """Whether two records hold the same, arrays to the last bit."""
    return all(
        a.tobytes() == b.tobytes() if isinstance(a, np.ndarray) else a == b
        for a, b in (
            (getattr(left, field.name), getattr(right, field.name))
            for field in fields(left)  # type: ignore[arg-type]
        )
    )


def test_every_picture_is_on_the_timeline_and_some_are_described(film: Films) -> None:
    clip = film("street")
    assert len(clip.timeline.times) == len(clip.timeline.change) == round(6 * RATE)
    rows = clip.descriptors
    assert rows.vectors.shape == (len(rows.times), 512)
    assert rows.vectors.dtype == np.float16
    norms = np.linalg.norm(rows.vectors.astype(float), axis=1)
    np.testing.assert_allclose(norms, 1, atol=1e-2)
    assert set(rows.times) <= set(clip.timeline.times)
    assert not rows.flat.any()


def test_duration_and_rate_are_those_decoded(film: Films) -> None:
    info = film("street").info
    assert info.duration_s == pytest.approx(6.0, abs=0.02)
    assert info.frame_rate == pytest.approx(RATE, rel=0.02)


def test_small_pictures_and_sound_are_kept(film: Films) -> None:
    clip = film("street")
    assert clip.preview is not None
    assert clip.audio is not None
    assert len(clip.preview.times) == pytest.approx(60, abs=1)
    assert film("excerpt").audio is None


def test_pictures_are_kept_ten_times_a_second_at_most(film: Films) -> None:
    kept = film("street").preview
    assert kept is not None
    assert np.diff(kept.times).min() > 0.097
    assert len(kept.times) > 9 * kept.times[-1]


def test_a_still_has_one_row_and_one_picture(film: Films) -> None:
    still = film("still")
    assert still.descriptors.times.tolist() == [0.0]
    assert still.preview is not None
    assert still.preview.codec == "webp"


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((288, 288, 3), np.uint8),
        np.full((288, 288, 3), (200, 30, 90), np.uint8),
        resize_to_input((scene(1, 0.0) * 0.04).astype(np.uint8)),
        np.repeat(np.linspace(0, 255, 288).astype(np.uint8)[None, :, None], 288, 0).repeat(3, 2),
    ],
    ids=["black", "plain", "faded", "gradient"],
)
def test_what_tells_nothing_is_flat(picture: np.ndarray) -> None:
    assert is_flat(picture)


def test_a_scene_is_not_flat() -> None:
    assert not is_flat(resize_to_input(scene(1, 0.0)))


def test_pictures_that_stay_the_same_share_a_row(tmp_path: Path) -> None:
    picture = scene(3, 0.0, (160, 90))
    rows = described(written(tmp_path / "held.mp4", 6.0, lambda t: picture)).descriptors
    assert len(rows.times) <= 2 + 6.0 / MAX_ROW_S
    assert np.diff(rows.times).max(initial=0) <= MAX_ROW_S + 0.6


def test_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    path = make_video(tmp_path / "v.mp4", 4, 1.5, 10, (160, 90))
    first, second = described(path), described(path)
    assert same_bytes(first.descriptors, second.descriptors)
    assert same_bytes(first.timeline, second.timeline)
    assert same_bytes(first.preview, second.preview)
    assert same_bytes(first.audio, second.audio)


def test_a_clip_read_quickly_matches_itself_read_in_full(tmp_path: Path) -> None:
    path = make_video(tmp_path / "v.mp4", 4, 4.0, 10, (160, 90), sound_kind=None, gop=10)
    with path.open("rb") as file:
        quick = fingerprint(file, probe(file), "quick")
    full = described(path)
    assert quick.space == full.space
    assert quick.sampling != full.sampling
    assert len(quick.descriptors.times) < len(full.descriptors.times)
    assert cosines(full.descriptors, quick.descriptors).max(axis=0).min() > 0.95


def test_describing_again_from_the_kept_pictures_gives_the_same_space(film: Films) -> None:
    clip = film("excerpt")
    again = describe_again(replace(clip, space="an older one"))
    assert again.space == clip.space
    similarity = cosines(again.descriptors, clip.descriptors)
    assert similarity.max(axis=1).min() > 0.9


def test_without_kept_pictures_nothing_is_described_again(film: Films) -> None:
    with pytest.raises(ValueError, match="no preview frames"):
        describe_again(replace(film("excerpt"), preview=None))


def test_a_video_cut_short_is_described_as_far_as_it_goes(tmp_path: Path) -> None:
    clip = described(make_cut_short(tmp_path / "cut.mp4", seconds=4.0))
    assert clip.gaps
    assert clip.problems
    assert 0.5 < clip.timeline.times[-1] < clip.gaps[-1].end


def test_a_file_in_which_nothing_decodes_is_an_error(tmp_path: Path, film: Films) -> None:
    path = tmp_path / "none.mp4"
    path.write_bytes(b"\0" * 5000)
    with path.open("rb") as file, pytest.raises(DecodeError):
        fingerprint(file, film("street").info)
