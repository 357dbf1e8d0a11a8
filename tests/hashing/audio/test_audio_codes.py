"""Codes of made sounds: copies are near wherever they lie, unlike sounds are not, and what cannot
be told from other sound has no code."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hashing.audio.audio_codes import (
    BLOCK_S,
    MAX_CODE_DISTANCE,
    MAX_QUERY_CODES,
    AudioCodeHits,
    AudioCodes,
    AudioPlace,
    library_codes,
    query_codes,
    vote_places,
)
from hashing.audio.cross_correlation import audio_levels as ready
from hashing.audio.excerpt_search import find_excerpt_at
from hashing.audio.spectrogram import HOP_SAMPLES, RATE_HZ, SPACE, WINDOW_SAMPLES, spectrogram
from hashing.types import AudioFingerprint, Span
from tests.made import sound
from tests.made.sounds import SAMPLE_RATE, SoundKind

LENGTH_S = 40.0
FROM_S, FOR_S = 17.0, 8.0  # the copied stretch

type Samples = NDArray[np.float32]


def made(kind: SoundKind, seed: int, seconds: float = LENGTH_S, start_s: float = 0.0) -> Samples:
    """Mono at 8 kHz."""
    samples = sound(kind, seed, seconds, start_s)
    at = np.arange(int(seconds * RATE_HZ)) * (SAMPLE_RATE / RATE_HZ)
    return np.interp(at, np.arange(len(samples)), samples).astype(np.float32)


def heard(samples: Samples) -> AudioFingerprint:
    return AudioFingerprint(
        spectrogram(samples), HOP_SAMPLES / RATE_HZ, WINDOW_SAMPLES / 2 / RATE_HZ, SPACE
    )


def noise(count: int, level: float, seed: int = 0) -> Samples:
    return np.random.default_rng(seed).normal(0, level, count).astype(np.float32)


def codes_of(print_: AudioFingerprint) -> AudioCodes:
    return query_codes(print_, (Span(0.0, 10_000.0),))


def hits(query: AudioCodes, library: list[AudioCodes]) -> AudioCodeHits:
    """Every pair that is near, all of them counted; clips are numbered from 1."""
    codes = np.concatenate([codes_of_clip.codes for codes_of_clip in library])
    times = np.concatenate([codes_of_clip.times for codes_of_clip in library])
    clips = np.repeat(
        np.arange(1, len(library) + 1), [len(codes_of_clip.times) for codes_of_clip in library]
    )
    bits = np.bitwise_count(query.codes[:, None] ^ codes).sum(axis=2, dtype=np.int32)  # (Q, N)
    row, column = np.nonzero(bits <= MAX_CODE_DISTANCE)
    return AudioCodeHits(query.times[row], clips[column], times[column], bits[row, column])


def telephone(samples: Samples) -> Samples:
    spectrum = np.fft.rfft(samples)
    frequency = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    spectrum[(frequency < 300) | (frequency > 3000)] = 0
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)


def coded_roughly(samples: Samples) -> Samples:
    """As a codec of few bits leaves it: noise that follows the sound, coarse steps."""
    rough = samples + np.abs(samples) * noise(len(samples), 0.1)
    return np.round(rough * 1000).astype(np.float32) / 1000


CHANGES: dict[str, Callable[[Samples], Samples]] = {
    "softer": lambda s: 0.05 * s,
    "louder": lambda s: 4 * s,
    "fading out": lambda s: s * np.linspace(1, 0.1, len(s), dtype=np.float32),
    "with treble taken off": lambda s: np.convolve(s, [0.25, 0.5, 0.25], "same").astype(np.float32),
    "over a telephone": telephone,
    "coded roughly": coded_roughly,
    "with noise": lambda s: s + noise(len(s), 0.01),
    "with other talk": lambda s: s + 0.3 * made("talk", 99, len(s) / RATE_HZ),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("late_s", [0.0, 0.25, 0.5, 0.625])
def test_a_changed_copy_is_located_at_its_place(change: str, late_s: float) -> None:
    library = [heard(made("talk", seed)) for seed in (1, 2, 3)]
    copied = made("talk", 2, FOR_S, FROM_S + late_s)
    query = heard(np.concatenate([made("talk", 7, 5.0), CHANGES[change](copied)]))

    best = vote_places(hits(codes_of(query), [library_codes(samples) for samples in library]), 5)[0]
    same = find_excerpt_at(ready(query), ready(library[1]), best.query, best.reference)

    assert best.clip == 2
    assert best.reference - best.query == pytest.approx(FROM_S + late_s - 5, abs=0.2)
    assert same is not None
    assert same.query.start == pytest.approx(5, abs=0.7)
    assert same.query.end == pytest.approx(5 + FOR_S, abs=0.7)
    assert same.reference.start - same.query.start == pytest.approx(FROM_S + late_s - 5, abs=0.05)


def test_four_seconds_are_enough() -> None:
    library = [library_codes(heard(made("talk", seed))) for seed in (1, 2)]
    for late in np.arange(0, 1, 0.1):
        parts = made("talk", 7, 5.0), made("talk", 2, 4.0, FROM_S + late), made("talk", 8, 5.0)
        codes = query_codes(heard(np.concatenate(parts)), (Span(5.0, 9.0),))
        assert [place.clip for place in vote_places(hits(codes, library), 5)] == [2]


def test_unlike_sounds_raise_nothing() -> None:
    library = [library_codes(heard(made("talk", seed))) for seed in range(1, 17)]
    for seed in range(101, 109):
        query = heard(made("talk", seed, 20.0))
        assert vote_places(hits(codes_of(query), library), 5) == []


def test_a_place_that_codes_name_by_chance_is_not_the_same_sound() -> None:
    other = ready(heard(made("talk", 1)))
    for seed in range(101, 107):
        query = ready(heard(made("talk", seed, 20.0)))
        for start in range(0, 16, 3):
            for there in range(0, 36, 3):
                assert find_excerpt_at(query, other, start, there) is None


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param(np.zeros(8 * RATE_HZ, np.float32), id="silence"),
        pytest.param(made("tone", 1, 8.0), id="tone"),
        pytest.param(made("tone", 1, 8.0) + noise(8 * RATE_HZ, 1e-3), id="hum"),
        pytest.param(0.001 * made("tone", 3, 8.0) + noise(8 * RATE_HZ, 1e-5), id="soft hum"),
        pytest.param(
            noise(8 * RATE_HZ, 0.1) * np.linspace(0.01, 1, 8 * RATE_HZ, dtype=np.float32),
            id="noise that rises",
        ),
        *(pytest.param(noise(60 * RATE_HZ, 0.1, seed), id=f"noise {seed}") for seed in range(6)),
    ],
)
def test_sound_that_is_not_distinctive_has_no_code(samples: Samples) -> None:
    assert not len(library_codes(heard(samples)).times)
    assert not len(codes_of(heard(samples)).times)


def test_silence_beside_sound_has_none_either() -> None:
    quiet = np.zeros(10 * RATE_HZ, np.float32)
    times = library_codes(heard(np.concatenate([quiet, made("talk", 1, 10.0)]))).times
    assert len(times)
    assert times.min() > 10 - BLOCK_S


def test_a_sound_shorter_than_a_block_has_no_code() -> None:
    short = heard(made("talk", 1, 3.0))
    assert not len(library_codes(short).times)
    assert not len(codes_of(short).times)


def test_a_print_of_other_bands_has_no_code() -> None:
    assert not len(library_codes(AudioFingerprint(np.full((500, 12), 99, np.uint8), 0.064)).times)


def test_a_query_is_coded_within_its_stretches_alone() -> None:
    spans = (Span(3.0, 9.0), Span(20.0, 22.0), Span(30.0, 34.0))
    times = query_codes(heard(made("talk", 1)), spans).times
    assert all(
        any(s.start - 0.26 <= t and t + BLOCK_S <= s.end + 0.26 for s in spans) for t in times
    )
    assert {3, 30} <= set(np.floor(times).astype(int))


@pytest.mark.parametrize("minutes", [2, 5, 61])
def test_a_long_query_is_coded_more_seldom_and_at_all_quarters_of_a_second(minutes: int) -> None:
    once = heard(made("talk", 1, 30.0)).bands
    long = AudioFingerprint(np.tile(once, (minutes * 2 + 1, 1)), HOP_SAMPLES / RATE_HZ, 0.0, SPACE)
    times = codes_of(long).times
    quarters = np.rint(times / 0.25).astype(int) % 4
    assert MAX_QUERY_CODES / 3 < len(times) <= MAX_QUERY_CODES
    assert (np.bincount(quarters, minlength=4) > len(times) / 5).all()


def test_codes_stay_what_they_were_for_libraries_store_them() -> None:
    steps = np.random.RandomState(5).randint(0, 200, (64, 24)).astype(np.uint8)
    codes = library_codes(AudioFingerprint(steps, 0.064, 0.0, SPACE)).codes
    assert codes[0].tobytes().hex() == GOLDEN


GOLDEN = "07d7f769f30276f1b24bc34e6c68f68cd463d65a7dd2734ff1dedc19ff248658"


@given(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.integers(1, 4),
            st.integers(0, 40),
            st.integers(0, MAX_CODE_DISTANCE),
        ),
        max_size=40,
    )
)
def test_places_are_the_best_sums_of_votes(rows: list[tuple[int, int, int, int]]) -> None:
    table = AudioCodeHits(
        np.array([q / 4 for q, _, _, _ in rows]),
        np.array([c for _, c, _, _ in rows], np.int64),
        np.array([float(r) for _, _, r, _ in rows]),
        np.array([d for _, _, _, d in rows], np.int32),
    )
    places = vote_places(table, 10)

    assert [(place.clip, place.vote) for place in places] == slow_places(rows)
    for place in places:
        assert any(
            (q / 4, c, r) == (place.query, place.clip, place.reference) for q, c, r, _ in rows
        )
    assert vote_places(table, 1) == places[:1]


def slow_places(rows: list[tuple[int, int, int, int]]) -> list[tuple[int, float]]:
    """Straight from the words: of each clip the best three neighbouring offsets together."""
    out = []
    for clip in {c for _, c, _, _ in rows}:
        votes: dict[int, dict[int, int]] = {}  # offset in quarters -> block -> vote
        for q, c, r, d in rows:
            if c == clip:
                block = votes.setdefault(4 * r - q, {})
                block[q] = max(block.get(q, 0), MAX_CODE_DISTANCE - d)
        sums = {offset: sum(block.values()) for offset, block in votes.items()}
        best = max(sum(sums.get(at + near, 0) for near in (-1, 0, 1)) for at in sums)
        if best >= 20:
            out.append((clip, float(best)))
    return sorted(out, key=lambda place: (-place[1], place[0]))


def test_nothing_near_is_no_place() -> None:
    empty = np.zeros(0)
    none = AudioCodeHits(empty, empty.astype(np.int64), empty, empty.astype(np.int32))
    assert vote_places(none, 5) == []
    hit = AudioCodeHits(np.ones(1), np.ones(1, np.int64), np.ones(1), np.full(1, 10, np.int32))
    assert vote_places(hit, 5) == [AudioPlace(1, 1.0, 1.0, MAX_CODE_DISTANCE - 10.0)]
