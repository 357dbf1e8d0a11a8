import io

import pytest

from hashing.decode.iso_boxes import has_dolby_vision


def box(kind: bytes, inside: bytes = b"") -> bytes:
    return (8 + len(inside)).to_bytes(4, "big") + kind + inside


def movie(coding: bytes, configuration: bytes) -> io.BytesIO:
    entry = box(coding, bytes(78) + box(b"hvcC", bytes(30)) + configuration)
    inside = box(b"stsd", bytes(7) + b"\1" + entry)
    for kind in (b"stbl", b"minf", b"mdia", b"trak", b"moov"):
        inside = box(kind, inside)
    return io.BytesIO(box(b"ftyp", b"isom\0\0\2\0") + inside)


@pytest.mark.parametrize(
    ("coding", "configuration", "is_dolby"),
    [
        (b"hvc1", box(b"dvvC", bytes(24)), True),  # profile 8.4, as iPhones write it
        (b"hvc1", box(b"dvcC", bytes(24)), True),
        (b"dvh1", b"", True),
        (b"hvc1", b"", False),
        (b"hvc1", b"xxxxdvvC", False),  # the letters alone
    ],
)
def test_dolby_vision_is_recognised_by_its_configuration(
    coding: bytes, configuration: bytes, is_dolby: bool
) -> None:
    assert has_dolby_vision(movie(coding, configuration)) is is_dolby
