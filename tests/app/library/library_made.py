"""Small made-up fingerprints and libraries, the same for the same seed."""

import hashlib

import numpy as np
import pytest

from app.library.records import FileFacts
from hashing.types import (
    AudioFingerprint,
    Descriptors,
    Fingerprint,
    MediaInfo,
    PreviewFrames,
    Span,
    Timeline,
)

SPACE = "made-512"


def unit_vectors(rng: np.random.Generator, count: int) -> np.ndarray:
    """(count, 512) float32 of unit length."""
    vectors = rng.standard_normal((count, 512), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def made_print(seed: int, rows: int = 12, flat: int = 0, space: str = SPACE) -> Fingerprint:
    """A clip of rows / 2 seconds; its first `flat` pictures are flat."""
    rng = np.random.default_rng(seed)
    return Fingerprint(
        info=MediaInfo("video", 640, 360, rows / 2, 25.0, "mov,mp4", "h264", "aac", 90),
        space=space,
        sampling="default",
        descriptors=Descriptors(
            times=np.arange(rows) / 2,
            vectors=unit_vectors(rng, rows).astype(np.float16),
            pdq=rng.integers(0, 256, (rows, 32), np.uint8),
            pdq_quality=rng.integers(0, 101, rows, np.uint8),
            phash=rng.integers(0, 256, (rows, 8), np.uint8),
            flat=np.arange(rows) < flat,
        ),
        timeline=Timeline(np.arange(rows * 12) / 25, rng.random(rows * 12, np.float32) * 9),
        preview=PreviewFrames("h264", 160, 90, np.arange(rows) / 2, rng.bytes(200)),
        audio=AudioFingerprint(
            rng.integers(0, 256, (rows * 8, 24), np.uint8), 0.064, -0.02, "bands"
        ),
        gaps=(Span(1.0, 1.5),),
        problems=("video stream ends at 5.0 s of 6.0 s",),
    )


def made_facts(seed: int) -> FileFacts:
    name = f"clip {seed}.mp4"
    return FileFacts(name, hashlib.sha256(name.encode()).hexdigest(), 1000 + seed)


def use_codes_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a library of more than 50 vectors be searched by codes, in blocks of 32."""
    monkeypatch.setattr("app.library.library.EXACT_LIMIT", 50)
    monkeypatch.setattr("app.library.index.live_index.EXACT_LIMIT", 50)
    monkeypatch.setattr("app.library.index.live_index.BLOCK_SIZE", 32)
    monkeypatch.setattr("app.library.index.code_cache.BLOCK_SIZE", 32)


def assert_same_print(stored: Fingerprint, expected: Fingerprint) -> None:
    """Equal within the precision that library_pack states."""
    assert stored.info == expected.info
    assert (stored.space, stored.sampling) == (expected.space, expected.sampling)
    assert (stored.gaps, stored.problems) == (expected.gaps, expected.problems)
    for name in ("pdq", "pdq_quality", "phash", "flat"):
        actual, wanted = getattr(stored.descriptors, name), getattr(expected.descriptors, name)
        np.testing.assert_array_equal(actual, wanted)
        assert actual.dtype == wanted.dtype
    np.testing.assert_allclose(stored.descriptors.times, expected.descriptors.times, atol=1e-6)
    np.testing.assert_allclose(stored.timeline.times, expected.timeline.times, atol=1e-6)
    np.testing.assert_allclose(stored.timeline.change, expected.timeline.change, rtol=1e-3)
    assert stored.descriptors.vectors.dtype == np.float16
    np.testing.assert_allclose(stored.descriptors.vectors, expected.descriptors.vectors, atol=2e-4)
    assert (stored.audio is None) == (expected.audio is None)
    if stored.audio is not None and expected.audio is not None:
        np.testing.assert_array_equal(stored.audio.bands, expected.audio.bands)
        assert stored.audio.hop_s == expected.audio.hop_s
        assert stored.audio.start_s == expected.audio.start_s
        assert stored.audio.space == expected.audio.space
