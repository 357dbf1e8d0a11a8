"""A corpus of one's own: every container and coding that the installed ffmpeg writes, in small.

Some frames of a test pattern each, beside orientations, interlacing, HDR, odd pixels, stills of
every format, and files that break off. What ffmpeg refuses to write is left out. Made once for a
folder; made again, nothing is written.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pillow_heif
from PIL import Image

from tests.made import make_video, scene, write_video
from tests.made.codings import make_coded
from tests.made.hdr import make_hdr_video
from tests.made.parts import make_motion_photo, make_pages, make_two_tracks

type Words = tuple[str, ...]

DONE = "made.txt"
SIZES = ("176x144", "128x96", "720x576", "1920x1080")  # some codings know a few sizes alone
RATE = 25
FRAMES = 6
CUT_AT = (0.3, 0.6, 0.9)  # of a file's bytes
# muxers of no file, of several files, of text, of other files' addresses, or of pixels alone
NO_FILE = (
    "dash", "hls", "hds", "segment", "stream_segment", "ssegment", "smoothstreaming", "tee",
    "fifo", "fifo_test", "null", "rawvideo", "crc", "md5", "hash", "framecrc", "framehash",
    "framemd5", "streamhash", "uncodedframecrc", "ffmetadata", "image2", "image2pipe", "rtp",
    "rtp_mpegts", "rtsp", "sap", "webm_dash_manifest", "webm_chunk", "chromaprint", "fbdev",
    "caca", "opengl", "pulse", "alsa", "oss", "sdl,sdl2", "xv", "video4linux2,v4l2",
)  # fmt: skip
HARDWARE = re.compile(r"nvenc|qsv|vaapi|v4l2m2m|omx|amf|vulkan")
NO_CODING = frozenset(("wrapped_avframe",))
ROOMY = ("avi", "matroska", "mov", "nut")  # containers that take nearly every coding
COMMON = ("libx264", "libx265", "mpeg4", "mpeg2video", "mjpeg", "rawvideo", "libvpx-vp9")
OPTIONS: dict[str, Words] = {  # without which a coder refuses, or takes minutes
    "libaom-av1": ("-cpu-used", "8"),
    "librav1e": ("-speed", "10"),
    "libsvtav1": ("-preset", "12"),
    "dnxhd": ("-b:v", "120M", "-pix_fmt", "yuv422p"),
    "vc2": ("-strict", "-1"),
    "avui": ("-strict", "-2"),
}
SIZE_OF = {"gxf": "720x576", "dv": "720x576", "mxf_d10": "720x576"}  # whatever the coding
D10: Words = (
    "-c:v", "mpeg2video", "-pix_fmt", "yuv422p", "-intra", "-b:v", "30M", "-minrate", "30M",
    "-maxrate", "30M", "-bufsize", "1200000", "-rc_init_occupancy", "1200000", "-qmin", "1",
    "-qmax", "12", "-dc", "10", "-intra_vlc", "1", "-non_linear_quant", "1", "-flags",
    "+ildct+low_delay", "-ps", "1", "-f", "mxf_d10",
)  # fmt: skip
STILLS = (
    "bmp", "dpx", "exr", "jls", "jpg", "j2k", "jp2", "jxl", "ljpg", "pam", "pbm", "pcx", "pfm",
    "pgm", "pgmyuv", "phm", "png", "ppm", "qoi", "sgi", "sun", "tga", "tif", "vbn", "webp",
    "xbm", "xface", "xwd", "ico", "gif", "apng", "avif", "fits", "hdr",
)  # fmt: skip
PILLOW_STILLS: dict[str, tuple[str, str, dict[str, object]]] = {
    "progressive.jpg": ("RGB", "JPEG", {"progressive": True}),
    "cmyk.jpg": ("CMYK", "JPEG", {}),
    "grey.jpg": ("L", "JPEG", {}),
    "palette.png": ("P", "PNG", {}),
    "bits.png": ("1", "PNG", {}),
    "alpha.png": ("RGBA", "PNG", {}),
    "grey-alpha.png": ("LA", "PNG", {}),
    "deep.png": ("I;16", "PNG", {}),
    "lossless.webp": ("RGBA", "WEBP", {"lossless": True}),
    "alpha.avif": ("RGBA", "AVIF", {}),
    "deflate.tif": ("RGB", "TIFF", {"compression": "tiff_deflate"}),
    "lzw.tif": ("RGB", "TIFF", {"compression": "tiff_lzw"}),
    "jpeg.tif": ("RGB", "TIFF", {"compression": "jpeg"}),
    "fax.tif": ("1", "TIFF", {"compression": "group4"}),
    "cmyk.tif": ("CMYK", "TIFF", {}),
    "lab.tif": ("LAB", "TIFF", {}),
    "palette.gif": ("P", "GIF", {}),
    "palette.bmp": ("P", "BMP", {}),
    "grey.jp2": ("L", "JPEG2000", {}),
    "alpha.jp2": ("RGBA", "JPEG2000", {}),
    "plain.icns": ("RGBA", "ICNS", {}),
    "plain.ico": ("RGBA", "ICO", {}),
    "plain.tga": ("RGBA", "TGA", {}),
    "plain.pcx": ("RGB", "PCX", {}),
    "plain.im": ("RGB", "IM", {}),
    "plain.dds": ("RGBA", "DDS", {}),
    "plain.sgi": ("RGB", "SGI", {}),
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """How ffmpeg writes one file. size: of the pattern; others are tried where it is refused."""

    name: str
    words: Words
    pattern: str = "testsrc2"
    frames: int = FRAMES
    sizes: Words = SIZES


def make_corpus(folder: Path) -> None:
    """Every file of the corpus, below `folder`."""
    if (folder / DONE).exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    for recipe in recipes():
        _write(folder, recipe)
    _make_stills(folder)
    _make_videos(folder)
    for path in sorted(folder.iterdir()):
        if path.name.startswith(("still-", "pillow-", "coding-", "attached-")):
            data = path.read_bytes()
            for share in CUT_AT:
                cut = folder / f"cut-{round(100 * share)}-{path.name}"
                cut.write_bytes(data[: round(share * len(data))])
    (folder / DONE).write_text("\n".join(sorted(path.name for path in folder.iterdir())) + "\n")


def recipes() -> Iterator[Recipe]:
    """What ffmpeg is asked to write, whether it can or not."""
    coders = [name for name in _names("-encoders", "V") if not HARDWARE.search(name)]
    coders = [name for name in coders if name not in NO_CODING]
    muxers = _video_muxers()
    known = {coder: size for coder in coders if (size := _size_of(coder)) is not None}
    for muxer, (suffix, default) in muxers.items():
        for coder, size in known.items():
            if muxer in ROOMY or coder in (*COMMON, default):
                words = ("-c:v", coder, *OPTIONS.get(coder, ()), "-f", muxer)
                sizes = (SIZE_OF.get(muxer, size),)
                yield Recipe(f"coding-{muxer}-{coder}.{suffix}", words, sizes=sizes)
    for coder in _names("-encoders", "A"):
        sound = ("-f", "lavfi", "-i", "sine=r=8000:d=0.24", "-c:v", "mpeg4", "-c:a", coder)
        for muxer in ("mov", "matroska"):
            name = f"sound-{muxer}-{coder}.{muxers[muxer][0]}"
            yield Recipe(name, (*sound, "-strict", "-2", "-f", muxer))
    for pixels in _names("-pix_fmts", ""):
        words = ("-pix_fmt", pixels, "-c:v", "rawvideo", "-f", "nut")
        yield Recipe(f"pixels-{pixels}.nut", words, frames=2, sizes=("64x48",))
    for suffix in STILLS:
        words = ("-update", "1") if suffix not in ("gif", "apng", "avif", "ico", "fits") else ()
        yield Recipe(f"still-{suffix}.{suffix}", words, frames=1, sizes=("320x240", "48x48"))
    yield Recipe("coding-mxf_d10.mxf", D10, sizes=("720x576",))
    yield from _odd_recipes()


def _odd_recipes() -> Iterator[Recipe]:
    """Interlaced, anamorphic, HDR, odd sizes and rates, fragments, time stamps."""
    x264: Words = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    for name, flags in {
        "interlaced-top.mp4": ("-vf", "tinterlace=4", "-x264opts", "tff=1", *x264),
        "interlaced-bottom.mkv": ("-vf", "tinterlace=5", "-x264opts", "bff=1", *x264),
        "interlaced-mpeg2.ts": ("-flags", "+ilme+ildct", "-c:v", "mpeg2video"),
        "anamorphic.mp4": ("-vf", "setsar=64/45", *x264),
        "pq.mkv": ("-color_trc", "smpte2084", "-color_primaries", "bt2020", *x264),
        "hlg.mp4": ("-color_trc", "arib-std-b67", "-color_primaries", "bt2020", *x264),
        "high-4-2-2.mov": ("-c:v", "libx264", "-pix_fmt", "yuv422p10le"),
        "odd-size.mkv": ("-vf", "scale=177:95", "-c:v", "ffv1"),
        "tiny.avi": ("-vf", "scale=2:2", "-c:v", "huffyuv"),
        "wide.mkv": ("-vf", "scale=4000:4", "-c:v", "ffv1"),
        "slow.mp4": ("-r", "2", "-t", "3", *x264),
        "fast.mp4": ("-r", "240", *x264),
        "odd-rate.mkv": ("-r", "30000/1001", *x264),
        "fragments.mp4": ("-movflags", "frag_keyframe+empty_moov", *x264),
        "index-first.mp4": ("-movflags", "faststart", *x264),
        "late.ts": ("-output_ts_offset", "90000", "-muxdelay", "0", *x264),
        "live.mkv": ("-live", "1", *x264),
        "live.webm": ("-live", "1", "-c:v", "libvpx", "-deadline", "realtime"),
        "b-frames.avi": ("-bf", "2", "-c:v", "mpeg4"),
        "m2ts.m2ts": ("-mpegts_m2ts_mode", "1", *x264),
        "still.mp4": ("-frames:v", "1", *x264),
        "rle.mov": ("-c:v", "qtrle"),
        "poster.mkv": ("-frames:v", "1", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p"),
    }.items():
        yield Recipe(f"odd-{name}", flags, frames=12)


def _write(folder: Path, recipe: Recipe) -> None:
    """What ffmpeg writes, at the first of the sizes that it takes."""
    path = folder / recipe.name
    for size in recipe.sizes:
        source = f"{recipe.pattern}=s={size}:r={RATE}:d={recipe.frames / RATE}"
        command = ["ffmpeg", "-v", "quiet", "-nostdin", "-y", "-f", "lavfi", "-i", source]
        frames = ("-frames:v", str(recipe.frames))
        try:
            done = subprocess.run(
                [*command, *frames, *recipe.words, str(path)],
                capture_output=True, timeout=60, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            path.unlink(missing_ok=True)
            return
        if done.returncode == 0 and path.exists() and path.stat().st_size > 0:
            return
        path.unlink(missing_ok=True)


def _make_stills(folder: Path) -> None:
    picture = Image.fromarray(scene(3, 0.0, (320, 240)))
    for name, (mode, format, options) in PILLOW_STILLS.items():
        try:
            _in_mode(picture, mode).save(folder / f"pillow-{name}", format, **options)
        except (OSError, ValueError, KeyError):
            (folder / f"pillow-{name}").unlink(missing_ok=True)
    pillow_heif.from_pillow(picture).save(folder / "still-heic.heic", quality=80)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        for format, suffix in {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "TIFF": "tif"}.items():
            picture.save(folder / f"turned-{orientation}.{suffix}", format, exif=exif)
    make_motion_photo(folder / "attached-google.jpg", "google_jpeg")
    make_motion_photo(folder / "attached-samsung.jpg", "samsung_jpeg")
    make_motion_photo(folder / "attached-heic.heic", "heic")
    make_pages(folder / "pages.tif")


def _in_mode(picture: Image.Image, mode: str) -> Image.Image:
    if mode == "LAB":
        from PIL import ImageCms

        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        changed = ImageCms.profileToProfile(picture, *profiles, outputMode="LAB")
        assert changed is not None
        return changed
    if mode == "I;16":
        return Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)
    return picture.convert(mode)


def _make_videos(folder: Path) -> None:
    """What needs more than a command: matrices, tracks, HDR, joined clocks."""
    size = (160, 90)
    shots = [(index / RATE, scene(2, index / RATE, size)) for index in range(FRAMES)]
    matrices = {
        "0": (1, 0, 0, 1), "90": (0, 1, -1, 0), "180": (-1, 0, 0, -1), "270": (0, -1, 1, 0),
        "mirror": (-1, 0, 0, 1), "flip": (1, 0, 0, -1), "90-mirror": (0, 1, 1, 0),
        "270-mirror": (0, -1, -1, 0),
    }  # fmt: skip
    for name, matrix in matrices.items():
        write_video(folder / f"matrix-{name}.mp4", shots, RATE, display_matrix=matrix)
    make_two_tracks(folder / "tracks-two.mp4", seconds=0.4)
    make_two_tracks(folder / "tracks-two.mkv", seconds=0.4)
    make_hdr_video(folder / "hdr-pq.mp4", "pq", seconds=0.3)
    make_hdr_video(folder / "hdr-hlg.mov", "hlg", seconds=0.3)
    parts = [make_video(folder / f"part-{seed}.ts", seed, 1.0, size=size) for seed in (1, 2)]
    joined = b"".join(path.read_bytes() for path in parts)
    (folder / "joined.ts").write_bytes(joined)
    make_video(folder / "variable.mkv", 1, 1.0, size=size, variable_rate=True)
    make_video(folder / "hidden.mp4", 1, 1.0, size=size, hidden_s=0.4)
    make_video(folder / "later.mp4", 1, 1.0, size=size, start_s=2.0)
    make_video(folder / "without-sound.mp4", 1, 1.0, size=size, sound_kind=None)
    for suffix in ("mp4", "mkv", "ts"):  # a still in a video's container
        make_video(folder / f"one-frame.{suffix}", 1, 0.04, size=size, sound_kind=None)
    for suffix, codec in (("h264", "libx264"), ("m2v", "mpeg2video"), ("drc", "vc2")):
        make_coded(folder / f"bare.{suffix}", codec, frames=30, size=(320, 180), fps=50)
    _change_size(folder / "changing-size.ts")


def _change_size(path: Path) -> None:
    """Two transport streams of different sizes, one behind the other, as live streams change."""
    pieces = []
    for number, size in enumerate(((160, 90), (320, 180))):
        piece = make_video(path.with_name(f"piece-{number}.ts"), 1, 0.4, size=size)
        pieces.append(piece.read_bytes())
        piece.unlink()
    path.write_bytes(b"".join(pieces))


def _names(listing: str, kind: str) -> list[str]:
    """What the installed ffmpeg lists. kind: the letter that marks what is wanted."""
    done = subprocess.run(
        ["ffmpeg", "-v", "quiet", listing], capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    start = next((n for n, line in enumerate(lines) if set(line.strip()) == {"-"}), 0)
    rows = [line.split() for line in lines[start + 1 :]]
    names = [row[1] for row in rows if len(row) > 1 and row[0].startswith(kind)]
    return sorted(set(names))


def _video_muxers() -> dict[str, tuple[str, str]]:
    """Each muxer that takes video: the end of the names that belong to it, and its usual coding."""
    found = {}
    for muxer in _names("-muxers", "E"):
        if muxer in NO_FILE:
            continue
        help_ = subprocess.run(
            ["ffmpeg", "-v", "quiet", "-h", f"muxer={muxer}"],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        if coding := re.search(r"Default video codec: (\w+)", help_):
            suffix = re.search(r"Common extensions: (\w+)", help_)
            found[muxer] = (suffix[1] if suffix else muxer, coding[1])
    return found


def _size_of(coder: str) -> str | None:
    """The first of the sizes at which a coder works; None where it does at none."""
    for size in SIZES:
        source = ("-f", "lavfi", "-i", f"testsrc2=s={size}:r={RATE}")
        words = ("-c:v", coder, *OPTIONS.get(coder, ()), "-frames:v", "1", "-f", "null", "-")
        command = ["ffmpeg", "-v", "quiet", "-nostdin", *source, *words]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return size
    return None


def ffmpeg_of_ours() -> str:
    """The version of FFmpeg that reads the files here."""
    return ".".join(map(str, av.library_versions["libavcodec"]))
