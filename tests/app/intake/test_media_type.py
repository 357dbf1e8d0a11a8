"""The type by content, for files as programs write them and for lookalikes."""

import io
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.intake.media_type import HEAD_BYTES, REFUSED, UNKNOWN, media_type, refusal

PICTURE = np.random.default_rng(7).integers(0, 255, (48, 64, 3), np.uint8)


def still(form: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(PICTURE).save(out, form, **options)
    return out.getvalue()


def animated(form: str) -> bytes:
    frames = [Image.fromarray(np.roll(PICTURE, 8 * i, axis=1)) for i in range(3)]
    out = io.BytesIO()
    frames[0].save(out, form, save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


def heif() -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(PICTURE)).save(out)
    return out.getvalue()


def video(form: str, codec: str) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        stream = container.add_stream(codec, rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(10):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(PICTURE, format="rgb24")))
        container.mux(stream.encode())
    return out.getvalue()


MADE: list[tuple[str, Callable[[], bytes]]] = [
    ("image/jpeg", lambda: still("JPEG")),
    ("image/png", lambda: still("PNG")),
    ("image/apng", lambda: animated("PNG")),
    ("image/gif", lambda: animated("GIF")),
    ("image/webp", lambda: still("WEBP")),
    ("image/webp", lambda: animated("WEBP")),
    ("image/tiff", lambda: still("TIFF")),
    ("image/tiff", lambda: still("TIFF", big_tiff=True)),
    ("image/bmp", lambda: still("BMP")),
    ("image/avif", lambda: still("AVIF")),
    ("image/heic", heif),
    ("image/jp2", lambda: still("JPEG2000")),
    ("image/x-portable-anymap", lambda: still("PPM")),
    ("video/mp4", lambda: video("mp4", "libx264")),
    ("video/quicktime", lambda: video("mov", "libx264")),
    ("video/3gpp", lambda: video("3gp", "mpeg4")),
    ("video/x-matroska", lambda: video("matroska", "libx264")),
    ("video/webm", lambda: video("webm", "libvpx")),
    ("video/x-msvideo", lambda: video("avi", "mpeg4")),
    ("video/mp2t", lambda: video("mpegts", "libx264")),
    ("video/mpeg", lambda: video("vob", "mpeg2video")),
    ("video/x-flv", lambda: video("flv", "flv")),
    ("video/ogg", lambda: video("ogg", "libvpx")),
    ("video/x-ms-asf", lambda: video("asf", "mpeg4")),
    ("video/x-nut", lambda: video("nut", "mpeg4")),
    ("application/mxf", lambda: video("mxf", "mpeg2video")),
]


@pytest.mark.parametrize(("kind", "make"), MADE, ids=[kind for kind, _ in MADE])
def test_media_are_known_by_their_first_bytes(kind: str, make: Callable[[], bytes]) -> None:
    found = media_type(make()[:HEAD_BYTES])
    assert found == kind
    assert refusal(found) is None


LOOKALIKES = [
    (b"hello, this is no video", "text/plain"),
    ("Grüße\n".encode(), "text/plain"),
    ("Grüße\n".encode("utf-16"), "text/plain"),
    (b"BM is how this text starts, and it goes on for a while", "text/plain"),
    (b"GIF of the day: a cat", "text/plain"),
    (b"<!DOCTYPE html><html><body>", "text/html"),
    (b"#EXTM3U\n#EXT-X-VERSION:3\nhttps://example.org/a.ts\n", "application/vnd.apple.mpegurl"),
    (b"\xef\xbb\xbf#EXTM3U\n/etc/passwd\n", "application/vnd.apple.mpegurl"),
    (b"\n\n  #EXTM3U\n", "application/vnd.apple.mpegurl"),
    (b"ffconcat version 1.0\nfile '/etc/passwd'\n", "application/vnd.apple.mpegurl"),
    (b"file '/etc/passwd'\n", "application/vnd.apple.mpegurl"),
    (b"[playlist]\nFile1=http://example.org/a\n", "application/vnd.apple.mpegurl"),
    (b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash"', "application/vnd.apple.mpegurl"),
    (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n", "application/vnd.apple.mpegurl"),
    (b'<svg xmlns="http://www.w3.org/2000/svg">', "image/svg+xml"),
    (b'<?xml version="1.0"?><!-- drawn --><svg width="1">', "image/svg+xml"),
    (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "application/pdf"),
    (b"PK\x03\x04\x14\0\0\0", "application/zip"),
    (b"Rar!\x1a\x07\x01\0", "application/vnd.rar"),
    (b"\x1f\x8b\x08\0\0\0\0\0", "application/gzip"),
    (b"MZ\x90\0\x03", "application/x-msdownload"),
    (b"\x7fELF\x02\x01\x01\0", "application/x-executable"),
    (b"SQLite format 3\0\x10\0", "application/vnd.sqlite3"),
]


@pytest.mark.parametrize(("head", "kind"), LOOKALIKES, ids=[kind for _, kind in LOOKALIKES])
def test_what_is_no_media_is_named_and_refused(head: bytes, kind: str) -> None:
    assert media_type(head) == kind
    assert refusal(kind)


def test_what_nobody_knows_is_left_to_the_decoder() -> None:
    assert media_type(bytes(range(256))) == UNKNOWN
    assert refusal(UNKNOWN) is None


def test_a_text_of_half_comments_takes_no_time() -> None:
    started = time.process_time()
    assert media_type((b"<!---->" * 600)[:HEAD_BYTES]) == "text/plain"
    assert media_type((b"<!--" * 1024)[:HEAD_BYTES]) == "text/plain"
    assert time.process_time() - started < 1


def test_a_transport_stream_with_time_codes_is_known() -> None:
    packets = (b"\0\0\0\0\x47" + bytes(187)) * 10
    assert media_type(packets) == "video/mp2t"


def test_no_media_type_is_refused_by_accident() -> None:
    assert not [kind for kind in REFUSED if kind.startswith(("video/", "audio/"))]
    assert [kind for kind in REFUSED if kind.startswith("image/")] == ["image/svg+xml"]


@given(st.binary(max_size=HEAD_BYTES))
def test_any_bytes_get_some_type(head: bytes) -> None:
    assert "/" in media_type(head)


@pytest.mark.parametrize("make", [make for _, make in MADE], ids=[kind for kind, _ in MADE])
def test_a_file_cut_anywhere_is_never_called_a_text(make: Callable[[], bytes]) -> None:
    head = make()[:HEAD_BYTES]
    for end in range(24, len(head), 97):
        assert not media_type(head[:end]).startswith("text/"), end


def test_this_file_is_a_text() -> None:
    assert media_type(Path(__file__).read_bytes()[:HEAD_BYTES]) == "text/plain"
