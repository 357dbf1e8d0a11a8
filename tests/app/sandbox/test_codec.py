"""Values survive the pipe unchanged, and no bytes from it can do worse than be refused."""

import json
import math
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.metadata.types import Credentials, Metadata
from app.sandbox.codec import DTYPES, MAX_DEPTH, SIZES, CodecError, decode, encode
from app.sandbox.pipe_records import MODULES, NAMES, record_class
from app.sandbox.type_check import check_fields, fits
from hashing.edit_types import EditType
from hashing.message import Message, verbatim
from hashing.types import (
    AudioFinding,
    AudioFingerprint,
    AudioSpan,
    Descriptors,
    Edit,
    Fingerprint,
    Match,
    MediaInfo,
    PreviewFrames,
    Segment,
    Span,
    Timeline,
)


def crossed(value: object) -> Any:
    """What the other side makes of `value`."""
    return decoded(encode(value))


def decoded(frame: bytes) -> Any:
    text_bytes, raw_bytes = SIZES.unpack(frame[: SIZES.size])
    text = frame[SIZES.size : SIZES.size + text_bytes]
    raw = bytearray(frame[SIZES.size + text_bytes :])
    assert len(raw) == raw_bytes
    return decode(text, raw)


def same(left: Any, right: Any) -> bool:
    """Equal in type and value, arrays and NaN included."""
    if type(left) is not type(right):
        return False
    if isinstance(left, np.ndarray):
        return left.dtype == right.dtype and np.array_equal(
            left, right, equal_nan=left.dtype.kind == "f"
        )
    if isinstance(left, float) and math.isnan(left):
        return math.isnan(right)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if slots := getattr(type(left), "__dataclass_fields__", None):
        return all(same(getattr(left, name), getattr(right, name)) for name in slots)
    return bool(left == right)


integers = st.integers(-(2**64) + 1, 2**64 - 1)
text = st.text(st.characters(exclude_categories=[]))  # lone surrogates too, as in file names
scalars = st.none() | st.booleans() | integers | st.floats() | text | st.binary(max_size=99)
dtypes = st.sampled_from(sorted(DTYPES)).map(np.dtype)
values = st.recursive(
    scalars
    | arrays.arrays(dtypes, arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5)),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(text | integers, inner, max_size=5)
    ),
    max_leaves=20,
)


@given(values)
def test_what_goes_in_comes_out(value: object) -> None:
    assert same(crossed(value), value)


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_random_bytes_are_refused_or_a_value_and_nothing_worse(head: bytes, raw: bytes) -> None:
    try:
        value = decode(head, bytearray(raw))
    except CodecError:
        return
    assert same(crossed(value), value)


trees = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["list", "tuple", "dict", "bytes", "array", "record", "|u1", "<f4", "|O"])
    | st.sampled_from(sorted(NAMES)),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=30,
)


@given(trees, st.binary(max_size=64))
def test_random_trees_are_refused_or_a_value_and_nothing_worse(tree: object, raw: bytes) -> None:
    try:
        value = decode(json.dumps(tree).encode(), bytearray(raw))
    except CodecError:
        return
    assert same(crossed(value), value)


@given(values, st.data())
def test_a_flipped_byte_is_refused_or_a_value(value: object, data: st.DataObject) -> None:
    frame = bytearray(encode(value))
    at = data.draw(st.integers(SIZES.size, max(SIZES.size, len(frame) - 1)))
    if at < len(frame):
        frame[at] ^= data.draw(st.integers(1, 255))
    try:
        arrived = decoded(bytes(frame))
    except CodecError:
        return
    assert same(crossed(arrived), arrived)


def fingerprint() -> Fingerprint:
    n = 3
    return Fingerprint(
        info=MediaInfo("video", 1280, 720, 31.2, 29.97, "mov,mp4", "h264", "aac", 90),
        space="sscd-x",
        sampling="default",
        descriptors=Descriptors(
            times=np.array([0.0, 0.5, 1.0]),
            vectors=np.full((n, 512), 0.1, np.float16),
            pdq=np.arange(n * 32, dtype=np.uint8).reshape(n, 32),
            pdq_quality=np.array([0, 50, 100], np.uint8),
            phash=np.zeros((n, 8), np.uint8),
            flat=np.array([True, False, False]),
        ),
        timeline=Timeline(np.array([0.0, 0.033]), np.array([0, 1.5], np.float32)),
        preview=PreviewFrames("h264", 320, 180, np.array([0.0]), b"\x00\x01moov"),
        audio=AudioFingerprint(np.array([[7, 255]], np.uint8), hop_s=0.0116, space="bands-x"),
        gaps=(Span(1.0, 2.0),),
        problems=("video stream ends at 12.4 s of 60.0 s",),
    )


def match() -> Match:
    unit = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    box = (0.0, 0.1, 0.9, 1.0)
    return Match(
        score=0.97,
        decision="accepted",
        segments=(Segment(Span(0, 3.5), Span(1, 4), 0.9, 0.86, False, box, unit, True, 212),),
        edits=(
            Edit(
                EditType.CROP,
                0.98,
                {"kept_area": 0.64, "side": "left"},
                verbatim("Cropped"),
                Span(0, 1),
                box,
            ),
        ),
        audio=AudioFinding("kept", 0.0, (AudioSpan(Span(0, 1), "kept", 0.1, "R000001"),)),
        reasons=(Message("reason-geometry", {"points": 212, "nested": (Message("share"), "x")}),),
    )


def metadata() -> Metadata:
    return Metadata(
        fields={"exif": {"Make": "x", "GPS": [1, 2.5, None, {"deep": True}]}},
        credentials=Credentials("none"),
        thumbnail=np.zeros((120, 160), np.uint8),
    )


@pytest.mark.parametrize("value", [fingerprint(), match(), metadata()], ids=lambda v: type(v))
def test_records_come_out_as_they_went_in(value: object) -> None:
    assert same(crossed(value), value)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_listed_record_exists_and_its_annotations_are_understood(name: str) -> None:
    kind = record_class(name)
    assert kind.__module__ in MODULES
    with pytest.raises(ValueError, match=r"has the fields|is no"):
        check_fields(kind, dict.fromkeys(kind.__dataclass_fields__, object()))


@pytest.mark.parametrize(
    ("tree", "why"),
    [
        (["record", "Popen", ["args", "true"]], "unknown name"),
        (["record", "os.system", ["command", "true"]], "unknown name"),
        (["record", "Span", ["start", 0.0]], "has the fields"),
        (["record", "Span", ["start", 2.0], ["end", 1.0]], "runs forward"),
        (["record", "Span", ["start", "0"], ["end", 1.0]], "Span.start is no"),
        (["record", "Span", ["start", 0.0], ["end", 1.0], ["more", 1]], "has the fields"),
        (["array", "|O", [1]], "unknown dtype"),
        (["array", "<U4", [1]], "unknown dtype"),
        (["array", "|u1", [2**40]], "larger than the data"),
        (["array", "|u1", [-1]], "no sensible shape"),
        (["array", "|u1", [True]], "no sensible shape"),
        (["array", "|u1", "11"], "no sensible shape"),
        (["bytes", 64], "larger than the data"),
        (["bytes", -1], "larger than the data"),
        (["dict", "key"], "without a value"),
        (["dict", "key", 1, "key", 2], "twice"),
        (["dict", ["list"], 1], "unhashable"),
        (["pickle", "gASVAA=="], "unknown tag"),
        ({"a": 1}, "bare JSON object"),
        ([], "unreadable"),
        (2**70, "too large"),
    ],
)
def test_a_lie_is_refused_with_its_reason(tree: object, why: str) -> None:
    with pytest.raises(CodecError, match=why):
        decode(json.dumps(tree).encode(), bytearray(16))


def test_booleans_other_than_zero_and_one_are_refused() -> None:
    raw = bytearray(16)
    raw[1] = 2
    with pytest.raises(CodecError, match="booleans holds other values"):
        decode(b'["array","|b1",[4]]', raw)


def test_raw_data_that_belongs_to_nothing_is_refused() -> None:
    with pytest.raises(CodecError, match="belong to no value"):
        decode(b"null", bytearray(16))


def test_nesting_has_an_end_on_both_sides() -> None:
    value: object = None
    for _ in range(MAX_DEPTH + 1):
        value = [value]
    with pytest.raises(CodecError, match="nested more than"):
        encode(value)
    with pytest.raises(CodecError, match="nested more than"):
        decode(b'["list",' * (MAX_DEPTH + 1) + b"1" + b"]" * (MAX_DEPTH + 1), bytearray())
    with pytest.raises(CodecError, match="unreadable"):
        decode(b"[" * 200_000, bytearray())


@pytest.mark.parametrize(
    "value",
    [object(), {1, 2}, 1j, np.array(["text"]), np.array([object()]), struct.Struct("I"), 2**70],
)
def test_what_has_no_form_on_the_wire_is_refused_before_it_leaves(value: object) -> None:
    with pytest.raises(CodecError):
        encode(value)


def test_a_big_endian_array_arrives_in_our_order() -> None:
    arrived = crossed(np.array([1, 258], dtype=">u2"))
    assert arrived.dtype == np.dtype("<u2")
    assert arrived.tolist() == [1, 258]


def test_numpy_numbers_arrive_as_plain_ones() -> None:
    assert same(crossed((np.float32(0.5), np.int64(3), np.True_)), (0.5, 3, True))


@pytest.mark.parametrize(
    ("value", "annotation", "answer"),
    [
        (1, float, True),
        (True, float, False),
        (True, int, False),
        (None, int | None, True),
        ("a", int | None, False),
        ((1, 2, 3), tuple[int, ...], True),
        ((1, 2), tuple[int, int, int], False),
        ([1], tuple[int, ...], False),
        ({"a": 1}, dict[str, int], True),
        ({1: 1}, dict[str, int], False),
        ("crop", EditType, True),
        ("cropped", EditType, False),
        (1, EditType, False),
    ],
)
def test_fits_tells_types_apart(value: object, annotation: Any, answer: bool) -> None:
    assert fits(value, annotation) is answer


def test_an_annotation_without_a_rule_is_our_own_mistake() -> None:
    with pytest.raises(TypeError, match="no rule"):
        fits(1, "int")
