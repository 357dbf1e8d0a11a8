"""Sounds as float32 samples in -1..1, mono, at SAMPLE_RATE."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 44_100

type SoundKind = Literal["speech", "talk", "tone", "noise", "silence"]


def sound(kind: SoundKind, seed: int, seconds: float, start_s: float = 0.0) -> NDArray[np.float32]:
    """A stretch of a seeded sound; the same moment sounds the same whatever the stretch."""
    first = round(start_s * SAMPLE_RATE)
    last = first + round(seconds * SAMPLE_RATE)
    t = np.arange(first, last) / SAMPLE_RATE
    if kind == "silence":
        return np.zeros(len(t), np.float32)
    if kind == "tone":
        return (0.4 * np.sin(2 * np.pi * (220 + 37 * (seed % 40)) * t)).astype(np.float32)
    if kind == "noise":
        rng = np.random.default_rng([seed, 1])
        return (0.2 * rng.standard_normal(last)[first:]).astype(np.float32)
    return _talk(seed, last)[first:] if kind == "talk" else _speech(seed, t)


def _speech(seed: int, t: NDArray[np.float64]) -> NDArray[np.float32]:
    """Syllables: a buzzing pitch that glides, through vowels that change, with pauses."""
    if not len(t):
        return np.zeros(0, np.float32)
    syllable_s = 0.19
    index = np.floor(t / syllable_s).astype(int)  # (n,)
    rng = np.random.default_rng([seed, 2])
    table = rng.uniform(0, 1, (int(index[-1]) + 1, 4))[index]  # (n, 4)
    pitch = 110 + 90 * (seed % 7) / 7 + 12 * np.sin(2 * np.pi * 0.7 * t + seed)
    phase = 2 * np.pi * pitch * t
    first, second = 300 + 600 * table[:, 0], 900 + 1500 * table[:, 1]
    wave = np.zeros(len(t))
    for harmonic in range(1, 16):
        at = harmonic * pitch
        gain = np.exp(-(((at - first) / 180) ** 2)) + 0.6 * np.exp(-(((at - second) / 260) ** 2))
        wave += gain * np.sin(harmonic * phase)
    place = t / syllable_s - index  # 0..1 within the syllable
    envelope = np.sin(np.pi * place) * np.where(table[:, 2] < 0.18, 0.0, 0.4 + 0.6 * table[:, 3])
    return np.asarray(0.35 * wave * envelope, np.float32)


def _talk(seed: int, count: int) -> NDArray[np.float32]:
    """Syllables of uneven length, pitch and colour: no beat that two seeds would share."""
    rng = np.random.default_rng([seed, 4])
    out = np.zeros(count, np.float32)
    at = 0
    while at < count:
        length = int(rng.uniform(0.1, 0.35) * SAMPLE_RATE)
        t = np.arange(length) / SAMPLE_RATE
        pitch, gains = rng.uniform(110, 320), rng.uniform(0, 1, 8)
        harmonics = np.arange(1, 9)[:, None] * (2 * np.pi * pitch * t)  # (8, length)
        syllable = 0.1 * np.hanning(length) * (gains @ np.sin(harmonics))
        part = syllable[: count - at].astype(np.float32)
        out[at : at + len(part)] = part
        at += length + int(rng.uniform(0.0, 0.25) * SAMPLE_RATE)
    return out
