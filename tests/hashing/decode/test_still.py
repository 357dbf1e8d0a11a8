import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hashing.decode import still as still_reader
from hashing.decode.probe import probe
from hashing.decode.read_still import StillPixels, read_still
from hashing.decode.still import open_still
from hashing.decode.video import Damage, decode_frames
from hashing.errors import DecodeError, LimitExceeded
from hashing.types import Limits
from tests.made import scene
from tests.made.stills import (
    SUFFIXES,
    AnimationKind,
    StillKind,
    make_animation,
    make_huge_png,
    make_still,
)

SIZE = (160, 90)
PLENTY = 100_000_000


def read(path: Path, max_pixels: int = PLENTY) -> np.ndarray:
    with path.open("rb") as file:
        return read_still(file, max_pixels).pixels


def read_whole(path: Path) -> StillPixels:
    with path.open("rb") as file:
        return read_still(file, PLENTY)


@pytest.mark.parametrize("kind", SUFFIXES)
def test_every_kind_of_photo_comes_out_upright_and_rgb(tmp_path: Path, kind: StillKind) -> None:
    path = make_still(tmp_path / f"photo{SUFFIXES[kind]}", kind, size=SIZE)
    picture = read(path)
    assert picture.shape == (SIZE[1], SIZE[0], 3)
    assert picture.dtype == np.uint8
    expected = scene(1, 0.0, SIZE).astype(float)
    if kind == "grey_jpeg":
        expected = np.repeat((expected @ [0.299, 0.587, 0.114])[..., None], 3, axis=2)
    assert np.abs(picture - expected).mean() < 12


@pytest.mark.parametrize("kind", SUFFIXES)
def test_the_size_reported_is_that_of_the_upright_picture(tmp_path: Path, kind: StillKind) -> None:
    with make_still(tmp_path / f"p{SUFFIXES[kind]}", kind, size=SIZE).open("rb") as file:
        still = open_still(file, PLENTY)
        assert still is not None
        info = still.info()
    assert (info.kind, info.width, info.height) == ("still", *SIZE)
    assert info.duration_s is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_undone(tmp_path: Path, orientation: int) -> None:
    """How each of the eight is stored is EXIF 2.3, table 4 (tag 0x0112)."""
    upright = np.zeros((40, 64, 3), np.uint8)
    upright[:20, :32] = 250  # only the upper left is bright
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright),
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(stored)).save(tmp_path / "o.jpg", exif=exif)
    picture = read(tmp_path / "o.jpg")
    assert picture.shape == upright.shape
    assert np.abs(picture.astype(int) - upright).mean() < 6


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8), (200, 0, 0, 0)).save(tmp_path / "clear.png")
    assert (read(tmp_path / "clear.png") == 255).all()


def test_grey_at_sixteen_bits_keeps_its_brightness(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 65535, 64).astype(np.uint16), (32, 1))
    Image.fromarray(ramp).save(tmp_path / "deep.png")
    picture = read(tmp_path / "deep.png")
    assert np.abs(picture[..., 0] - ramp / 257.0).max() <= 1.5


def test_a_huge_picture_is_refused_on_its_header(tmp_path: Path) -> None:
    path = make_huge_png(tmp_path / "huge.png")
    assert path.stat().st_size < 10_000
    with pytest.raises(LimitExceeded, match="max_pixels"):
        read(path)


def test_the_pixel_limit_names_itself_and_what_came(tmp_path: Path) -> None:
    path = make_still(tmp_path / "p.jpg", size=SIZE)
    with pytest.raises(LimitExceeded, match=r"160 x 90 .* max_pixels = 10,000"):
        read(path, 10_000)


def cut(path: Path, share: float) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    return path


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif", "heic", "tiff", "bmp"])
def test_of_a_photo_cut_off_the_upper_part_is_used(tmp_path: Path, kind: StillKind) -> None:
    path = make_still(tmp_path / f"p{SUFFIXES[kind]}", kind, size=(320, 240))
    whole = read(path)
    still = read_whole(cut(path, 0.7))
    rows = len(still.pixels)
    assert 0.3 * 240 < rows < 0.9 * 240
    if kind == "bmp":  # coded from the bottom up
        whole = whole[-rows:]
    assert np.abs(still.pixels.astype(int) - whole[:rows]).mean() < 4
    assert len(still.problems) == 1
    assert "of 240 decode" in str(still.problems[0])


@pytest.mark.parametrize(
    ("orientation", "side"), [(1, "top"), (3, "bottom"), (6, "right"), (8, "left")]
)
def test_where_the_part_that_decodes_lies_is_known(
    tmp_path: Path, orientation: int, side: str
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "p.jpg"
    Image.fromarray(scene(1, 0.0, (320, 240))).save(path, "JPEG", quality=92, exif=exif)
    decoded = read_whole(cut(path, 0.7)).decoded
    assert decoded is not None
    left, top, right, bottom = decoded
    missing = {"top": 1 - bottom, "bottom": top, "right": left, "left": 1 - right}
    assert 0.2 < missing.pop(side) < 0.6
    assert max(missing.values()) == 0


def test_the_row_of_blocks_in_which_a_jpeg_stops_is_left_out(tmp_path: Path) -> None:
    path = make_still(tmp_path / "p.jpg", size=(320, 240))
    whole = read(path)
    for share in (0.5, 0.6, 0.7):
        still = read_whole(cut(make_still(path, size=(320, 240)), share))
        last = np.abs(still.pixels[-4:].astype(int) - whole[: len(still.pixels)][-4:])
        assert last.mean() < 4


def test_a_jpeg_without_its_end_marker_is_whole(tmp_path: Path) -> None:
    path = make_still(tmp_path / "p.jpg", size=SIZE)
    whole = read(path)
    path.write_bytes(path.read_bytes()[:-2])
    still = read_whole(path)
    assert np.abs(still.pixels.astype(int) - whole).max() <= 1
    assert "all of the picture decodes" in str(still.problems[0])


def test_a_progressive_jpeg_cut_off_is_a_coarser_picture(tmp_path: Path) -> None:
    picture = Image.fromarray(scene(1, 0.0, (320, 240)))
    picture.save(tmp_path / "p.jpg", progressive=True, quality=90)
    whole = read(tmp_path / "p.jpg")
    still = read_whole(cut(tmp_path / "p.jpg", 0.6))
    assert still.pixels.shape == whole.shape
    assert np.abs(still.pixels.astype(int) - whole).mean() < 25
    assert "breaks off at byte" in str(still.problems[0])


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_of_a_photo_cut_off_in_its_header_nothing_is_made_up(
    tmp_path: Path, kind: StillKind
) -> None:
    path = cut(make_still(tmp_path / f"p{SUFFIXES[kind]}", kind, size=(320, 240)), 0.005)
    with pytest.raises(DecodeError):
        read(path)


EXIF_BROKEN = (b"Exif\0\0II", b"Exif\0\0MM\x13*\0\0\0\x08", b"b'Exif\\x00'", b"", b"\xff" * 40)


@pytest.mark.parametrize("block", EXIF_BROKEN)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_a_broken_exif_block_costs_nothing_of_the_picture(
    tmp_path: Path, kind: str, block: bytes
) -> None:
    picture = Image.fromarray(scene(1, 0.0, SIZE))
    path = tmp_path / f"p.{kind.lower()}"
    if kind == "TIFF":
        picture.save(path, kind)  # its directory is its EXIF
    elif kind == "AVIF":
        exif = Image.Exif()
        exif[0x0131] = "a program"
        picture.save(path, kind, exif=exif)
        path.write_bytes(path.read_bytes().replace(exif.tobytes()[6:10], (block + bytes(4))[:4]))
    else:
        picture.save(path, kind, exif=block or b"Exif\0\0")
    still = read_whole(path)
    assert still.pixels.shape == (SIZE[1], SIZE[0], 3)
    assert not still.problems


def test_text_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "words.jpg").write_text("no picture")
    with (tmp_path / "words.jpg").open("rb") as file:
        assert open_still(file, PLENTY) is None
    with pytest.raises(DecodeError):
        read(tmp_path / "words.jpg")


@pytest.mark.parametrize("kind", ["gif", "webp", "apng"])
def test_an_animation_gives_every_frame_with_its_timestamp(
    tmp_path: Path, kind: AnimationKind
) -> None:
    path = make_animation(tmp_path / f"a.{kind}", kind, frames=5, frame_s=0.3, size=SIZE)
    with path.open("rb") as file:
        still = open_still(file, PLENTY)
        assert still is not None
        assert still.animated
        duration = still.info().duration_s
        frames = list(still.frames())
    assert duration == pytest.approx(1.5)
    np.testing.assert_allclose([time for time, _ in frames], np.arange(5) * 0.3, atol=1e-6)
    for time, picture in frames:
        assert np.abs(picture - scene(1, time, SIZE).astype(float)).mean() < 20


def jpegs(sizes: list[tuple[int, int]]) -> bytes:
    pieces = []
    for index, size in enumerate(sizes):
        piece = io.BytesIO()
        Image.fromarray(scene(1, index / 25, size)).save(piece, "JPEG", quality=90)
        pieces.append(piece.getvalue())
    return b"".join(pieces)


def test_jpegs_end_to_end_are_a_video(tmp_path: Path) -> None:
    path = tmp_path / "camera.mjpeg"
    path.write_bytes(jpegs([SIZE] * 5))
    with path.open("rb") as file:
        info = probe(file)
        frames = list(decode_frames(file, Limits(), Damage()))
    assert (info.kind, info.width, info.height) == ("video", *SIZE)
    np.testing.assert_allclose([frame.time for frame in frames], np.arange(5) / 25, atol=1e-3)


@pytest.mark.parametrize("other", [(80, 45), None])
def test_a_photo_with_a_smaller_picture_behind_it_stays_a_photo(
    tmp_path: Path, other: tuple[int, int] | None
) -> None:
    """As gain maps and depth maps stand there; and a second view that an index announces."""
    path = tmp_path / "photo.jpg"
    if other is None:
        first, second = (Image.fromarray(scene(seed, 0.0, SIZE)) for seed in (1, 2))
        first.save(path, "MPO", save_all=True, append_images=[second])
    else:
        path.write_bytes(jpegs([SIZE, other]))
    with path.open("rb") as file:
        assert probe(file).kind == "still"


@pytest.mark.parametrize("kind", ["jpeg", "png", "avif", "heic", "webp"])
def test_a_picture_too_large_for_memory_is_read_at_a_smaller_size(
    tmp_path: Path, kind: StillKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_still(tmp_path / f"p{SUFFIXES[kind]}", kind, size=(4800, 3600))
    expected = read(path)
    monkeypatch.setattr(
        still_reader, "WHOLE_PIXELS", 1_000_000
    )  # as if it were a hundred times that
    picture = read(path)
    assert picture.shape == expected.shape
    assert np.abs(picture.astype(int) - expected).mean() < 3
