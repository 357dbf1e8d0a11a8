"""What became of the sound, on made sounds: each state where it was made, and only there."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from hashing.audio.compare_audio import compare_audio
from hashing.audio.cross_correlation import audio_levels
from hashing.audio.excerpt_search import AudioExcerpt, find_excerpt_at
from hashing.audio.spectrogram import HOP_SAMPLES, RATE_HZ, SPACE, WINDOW_SAMPLES, spectrogram
from hashing.explain.audio_edits import audio_edits
from hashing.types import (
    AudioFinding,
    AudioFingerprint,
    Descriptors,
    Fingerprint,
    MediaInfo,
    Segment,
    Span,
    Timeline,
)

LENGTH_S = 16.0


def babble(seed: int, seconds: float = LENGTH_S) -> NDArray[np.float32]:
    """Speech-like sound: syllables of changing pitch and colour with pauses, mono, 8 kHz."""
    random = np.random.default_rng(seed)
    out = np.zeros(int(seconds * RATE_HZ), np.float32)
    at = 0
    while at < len(out):
        length = int(random.uniform(0.1, 0.35) * RATE_HZ)
        time = np.arange(length) / RATE_HZ
        base = random.uniform(110, 320)
        syllable = np.zeros(length)
        for harmonic in range(1, 9):
            syllable += random.uniform(0, 1) * np.sin(2 * np.pi * base * harmonic * time)
        part = (0.1 * syllable * np.hanning(length)).astype(np.float32)[: len(out) - at]
        out[at : at + len(part)] += part
        at += length + int(random.uniform(0.0, 0.25) * RATE_HZ)
    noise = random.normal(0, 0.002, len(out))
    return out + noise.astype(np.float32)


def heard(samples: NDArray[np.float32]) -> AudioFingerprint:
    return AudioFingerprint(
        spectrogram(samples), HOP_SAMPLES / RATE_HZ, WINDOW_SAMPLES / 2 / RATE_HZ, SPACE
    )


def clip(print_: AudioFingerprint | None) -> Fingerprint:
    none = Descriptors(
        np.zeros(0),
        np.zeros((0, 512), np.float16),
        np.zeros((0, 32), np.uint8),
        np.zeros(0, np.uint8),
        np.zeros((0, 8), np.uint8),
        np.zeros(0, bool),
    )
    timeline = Timeline(np.zeros(1), np.zeros(1, np.float32))
    return Fingerprint(MediaInfo("video", 64, 36, LENGTH_S), "s", "d", none, timeline, audio=print_)


WHOLE = Segment(Span(0, LENGTH_S), Span(0, LENGTH_S), 0.9, 1.0)


def finding(
    query: NDArray[np.float32] | None, reference: NDArray[np.float32] | None, *parts: Segment
) -> AudioFinding:
    ours = None if query is None else heard(query)
    theirs = None if reference is None else heard(reference)
    return compare_audio(clip(ours), clip(theirs), parts or (WHOLE,))


def faster(samples: NDArray[np.float32], rate: float) -> NDArray[np.float32]:
    """Played at a rate, the pitch moving with it."""
    at = np.arange(0, len(samples) - 1, rate)
    return np.asarray(np.interp(at, np.arange(len(samples)), samples), np.float32)


def test_the_same_sound_is_kept_and_is_no_edit() -> None:
    sound = babble(1)
    result = finding(sound, sound)
    assert result.state == "kept"
    assert result.offset_s == pytest.approx(0.0, abs=0.01)
    assert audio_edits(result, (WHOLE,)) == []


@pytest.mark.parametrize("gain", [0.1, 3.0])
def test_louder_or_softer_sound_with_some_noise_is_kept(gain: float) -> None:
    sound = babble(1)
    noisy = gain * (sound + np.random.default_rng(0).normal(0, 0.005, len(sound)))
    result = finding(noisy.astype(np.float32), sound)
    assert result.state == "kept"
    assert audio_edits(result, (WHOLE,)) == []


def test_sound_cut_to_a_telephones_bands_is_kept() -> None:
    sound = babble(1)
    spectrum = np.fft.rfft(sound)
    frequency = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    spectrum[(frequency < 300) | (frequency > 2500)] = 0
    assert finding(np.fft.irfft(spectrum).astype(np.float32), sound).state == "kept"


def test_softer_music_laid_over_the_sound_leaves_it_kept() -> None:
    sound = babble(1)
    assert finding(sound + 0.5 * babble(2), sound).state == "kept"


def test_other_sound_is_replaced_throughout() -> None:
    result = finding(babble(2), babble(1))
    (edit,) = audio_edits(result, (WHOLE,))
    assert (result.state, edit.type, edit.query) == ("replaced", "audio_replaced", None)
    assert edit.measure["share"] == pytest.approx(1.0, abs=0.05)


def test_sound_replaced_for_a_part_has_its_span() -> None:
    sound, other = babble(1), babble(2)
    mixed = sound.copy()
    mixed[4 * RATE_HZ : 9 * RATE_HZ] = other[4 * RATE_HZ : 9 * RATE_HZ]
    result = finding(mixed, sound)
    assert [span.state for span in result.spans] == ["kept", "replaced", "kept"]
    replaced = result.spans[1].query
    assert replaced.start == pytest.approx(4, abs=0.6)
    assert replaced.end == pytest.approx(9, abs=0.6)
    (edit,) = audio_edits(result, (WHOLE,))
    assert edit.type == "audio_replaced"
    assert edit.query == replaced


def test_silence_for_a_part_is_muted_there() -> None:
    sound = babble(1)
    cut = sound.copy()
    cut[4 * RATE_HZ : 8 * RATE_HZ] = 0
    result = finding(cut, sound)
    assert (result.state, [span.state for span in result.spans]) == (
        "kept",
        ["kept", "muted", "kept"],
    )
    (edit,) = audio_edits(result, (WHOLE,))
    assert edit.type == "audio_muted"
    assert edit.measure["seconds"] == pytest.approx(4, abs=0.5)


def test_silence_throughout_is_muted_and_so_is_no_track() -> None:
    sound = babble(1)
    assert finding(np.zeros_like(sound), sound).state == "muted"
    assert finding(None, sound).state == "muted"


def test_sound_where_there_was_none_is_added() -> None:
    sound = babble(1)
    assert finding(sound, np.zeros_like(sound)).state == "added"
    assert finding(sound, None).state == "added"


def test_silence_in_both_is_kept_and_no_track_in_both_is_absent() -> None:
    silent = np.zeros(int(LENGTH_S * RATE_HZ), np.float32)
    assert finding(silent, silent).state == "kept"
    assert finding(None, None).state == "absent"
    assert audio_edits(finding(silent, silent), (WHOLE,)) == []


@pytest.mark.parametrize("late", [-6.2, -0.7, 0.4, 2.5, 9.0])
def test_a_shift_is_measured_to_a_twentieth_of_a_second(late: float) -> None:
    sound = babble(1, 30)
    middle = Segment(Span(0, 12), Span(10, 22), 0.9, 1.0)
    start = int((10 - late) * RATE_HZ)
    result = finding(sound[start : start + 12 * RATE_HZ], sound, middle)
    assert result.state == "shifted"
    assert result.offset_s == pytest.approx(late, abs=0.05)
    (edit,) = audio_edits(result, (middle,))
    assert edit.measure["offset_s"] == pytest.approx(late, abs=0.05)


@pytest.mark.parametrize("pitched", [True, False])
def test_sound_sped_up_with_its_pictures_is_kept(pitched: bool) -> None:
    rate = 1.25
    sound = babble(1, 20)
    if pitched:
        query = heard(faster(sound, rate))
    else:  # a print of the sound sped up by a player that corrects the pitch
        whole = heard(sound)
        rows = np.arange(0, len(whole.bands) - 1, rate).round().astype(int)
        query = replace(whole, bands=whole.bands[rows])
    segment = Segment(Span(0, 16), Span(0, 20), 0.9, rate)
    result = compare_audio(clip(query), clip(heard(sound)), (segment,))
    assert result.state == "kept"


def test_sound_played_backwards_with_its_pictures_is_kept() -> None:
    sound = babble(1)
    backwards = replace(WHOLE, reversed=True)
    assert finding(np.ascontiguousarray(sound[::-1]), sound, backwards).state == "kept"


def test_sound_that_runs_on_while_the_picture_stands_still_is_not_shifted() -> None:
    sound = babble(1)
    query = np.concatenate([sound, np.zeros(2 * RATE_HZ, np.float32)])
    before = Segment(Span(0, 6), Span(0, 6), 0.9, 1.0)
    after = Segment(Span(8, 18), Span(6, 16), 0.9, 1.0)
    result = finding(query, sound, before, after)
    assert {span.state for span in result.spans} == {"kept"}
    assert audio_edits(result, (before, after)) == []


def test_even_hum_in_both_is_not_called_replaced() -> None:
    time = np.arange(int(LENGTH_S * RATE_HZ)) / RATE_HZ
    hum = (0.1 * np.sin(2 * np.pi * 150 * time)).astype(np.float32)
    two = (0.1 * np.sin(2 * np.pi * 400 * time)).astype(np.float32)
    assert finding(hum, two).state == "not_checked"


def test_prints_of_two_spaces_are_not_compared() -> None:
    other = replace(heard(babble(1)), space="another")
    assert compare_audio(clip(other), clip(heard(babble(1))), (WHOLE,)) == AudioFinding()


def excerpt_at(
    query: NDArray[np.float32], source: NDArray[np.float32], start: float, there: float
) -> AudioExcerpt | None:
    return find_excerpt_at(audio_levels(heard(query)), audio_levels(heard(source)), start, there)


def test_sound_from_another_clip_is_located_at_its_place() -> None:
    source = babble(3, 40)
    query = np.concatenate([babble(4, 5), source[17 * RATE_HZ : 27 * RATE_HZ], babble(5, 5)])
    place = excerpt_at(query, source, 6, 18)
    assert place is not None
    assert place.query.start == pytest.approx(5, abs=0.7)
    assert place.query.end == pytest.approx(15, abs=0.7)
    assert place.reference.start - place.query.start == pytest.approx(12, abs=0.05)


def test_unlike_sounds_share_no_range() -> None:
    for start in (4, 16, 28):
        for there in (4, 16, 28):
            assert excerpt_at(babble(3, 40), babble(6, 40), start, there) is None
