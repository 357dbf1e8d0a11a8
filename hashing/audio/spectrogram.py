"""file -> AudioFingerprint: a coarse log spectrogram on the clock of the frames.

Recipe: mono, 8 kHz; Hann windows of 256 ms every 64 ms; power summed in 24 bands spaced evenly in
log frequency from 120 Hz to 3.8 kHz; decibels relative to full scale, half-dB steps above -110 dB.
Kept as numbers rather than as hash bits, so that offset, speed, pitch and what was mixed in can be
measured by correlation instead of guessed from bit errors (cf. Haitsma & Kalker, ISMIR 2002).
"""

from typing import BinaryIO

import numpy as np
from numpy.fft import rfft, rfftfreq  # by name: in the sandbox nothing can be loaded late
from numpy.typing import NDArray

from hashing.decode.audio_track import read_samples
from hashing.types import AudioFingerprint, Seconds

__all__ = [
    "read_audio",
]

RATE_HZ = 8000
WINDOW_SAMPLES = 2048
HOP_SAMPLES = 512
BAND_COUNT = 24
LOW_HZ, HIGH_HZ = 120.0, 3800.0
FLOOR_DB = -110.0
STEP_DB = 0.5
SPACE = "logspec-8k-2048-512-24-120-3800"
SILENT_DB = -82.0  # of the loudest band; inaudible at any gain


def band_edges() -> NDArray[np.float64]:
    """(BAND_COUNT + 1,) band edges in Hz, ascending."""
    return np.geomspace(LOW_HZ, HIGH_HZ, BAND_COUNT + 1)


def spectrogram(samples: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(n,) mono samples in -1..1 at 8 kHz -> (T, 24) uint8 half-dB steps above FLOOR_DB."""
    if len(samples) < WINDOW_SAMPLES:
        samples = np.pad(samples, (0, WINDOW_SAMPLES - len(samples)))
    windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW_SAMPLES)[
        ::HOP_SAMPLES
    ]  # (T, WINDOW)
    out = np.empty((len(windows), BAND_COUNT), np.uint8)
    taper = np.hanning(WINDOW_SAMPLES).astype(np.float32)
    scale = (taper**2).sum() * WINDOW_SAMPLES / 2
    bounds = np.searchsorted(rfftfreq(WINDOW_SAMPLES, 1 / RATE_HZ), band_edges())
    for at in range(0, len(windows), 512):  # in blocks, so that memory stays flat
        power = np.abs(rfft(windows[at : at + 512] * taper)) ** 2 / scale  # (n, F)
        bands = np.add.reduceat(power, bounds[:-1], axis=1)
        bands[:, -1] = power[:, bounds[-2] : bounds[-1]].sum(axis=1)
        level = 10 * np.log10(bands + 1e-12)
        out[at : at + 512] = np.clip((level - FLOOR_DB) / STEP_DB, 0, 255).round()
    return out


def levels_db(fingerprint: AudioFingerprint) -> NDArray[np.float32]:
    """(T, B) levels in decibels relative to full scale."""
    return fingerprint.bands.astype(np.float32) * STEP_DB + FLOOR_DB


def read_audio(
    file: BinaryIO, video_start_s: Seconds, max_duration_s: Seconds
) -> AudioFingerprint | None:
    """The first audio stream's print, or None where there is none that decodes.

    picture_start: the container's timestamp of the first frame, which is zero on the frame's
    clock.
    """
    samples = read_samples(file, RATE_HZ, max_duration_s)
    if samples is None or not len(samples.values):
        return None
    centre = samples.start - video_start_s + WINDOW_SAMPLES / 2 / RATE_HZ
    bands = spectrogram(samples.values)
    return AudioFingerprint(bands, HOP_SAMPLES / RATE_HZ, centre, SPACE)
