"""Classify rows along a line: the same audio, other audio, silence in one clip only.

Where both clips are audible, their spectrograms are correlated around each row; the cheapest path
through the rows then gives the states, so that a breath or a click is no change of state.
Thresholds were set by hand.
"""

import numpy as np
from numpy.typing import NDArray

from hashing.audio.cross_correlation import AudioLevels, local_audio_correlation, sample_levels
from hashing.audio.spectrogram import SILENT_DB
from hashing.types import AudioState, Seconds, Span

MIN_AUDIBLE_ABOVE_SILENT_DB = 14.0  # above SILENT_DB, what nobody would call silence
CODEC_RANGE_DB = 38.0  # below a clip's loud rows; codecs remove what is quieter
SAME_AUDIO_CORRELATION = 0.33  # local correlation that separates the same audio from other
SWITCH_COST_S = 0.8  # of clear evidence, that a change of state must outweigh
MIN_DEVIATION_DB = 1.2  # of levels over time; below, audio is too uniform to be identified
MIN_REPLACED_S = 1.5  # audible in both clips
WINDOW_BLEED_ROWS = 3  # at a segment's ends, whose windows include neighbouring audio

SAME, OTHER, MUTED, ADDED = range(4)


def row_times(levels: AudioLevels, part: Span) -> NDArray[np.float64]:
    """(n,) timestamps of the rows over a span, s, at least one."""
    count = max(1, int(part.length / levels.hop_s))
    return part.start + (np.arange(count, dtype=np.float64) + 0.5) * levels.hop_s


def is_audible(levels: AudioLevels, part: Span) -> bool:
    """Whether anything can be heard in a span: more than 5 % of its rows are clearly audible."""
    inside = levels.loudest[(levels.times >= part.start) & (levels.times < part.end)]
    return (
        bool((inside > SILENT_DB + MIN_AUDIBLE_ABOVE_SILENT_DB).mean() > 0.05)
        if len(inside)
        else False
    )


def classify_audio(
    query: AudioLevels,
    reference: AudioLevels,
    times: NDArray[np.float64],
    reference_times: NDArray[np.float64],
    matched: Span,
    bands_shift: float,
    *,
    follows_audio: bool,
) -> NDArray[np.intp] | AudioState:
    """(n,) SAME, OTHER, MUTED or ADDED for each row; one state where there is nothing to compare.

    times, reference_times: (n,) s, the rows compared. matched: the reference's segment; silence
    outside it is no muting. bands_shift: by which the query's pitch is higher. follows_audio:
    whether `reference_times` lie on an audio line, or where the frames do.
    """
    query_levels, loud_q, _ = sample_levels(query, times, bands_shift)
    reference_levels, loud_r, reference_known = sample_levels(reference, reference_times)
    inside = (reference_times >= matched.start - 0.1) & (reference_times <= matched.end + 0.1)
    inside[:WINDOW_BLEED_ROWS] = inside[len(inside) - WINDOW_BLEED_ROWS :] = False
    audible_db = SILENT_DB + MIN_AUDIBLE_ABOVE_SILENT_DB
    codec_floor_db = float(np.percentile(reference.loudest, 98)) - CODEC_RANGE_DB
    muted = (loud_q < SILENT_DB) & (loud_r > max(audible_db, codec_floor_db)) & inside
    added = (loud_q > audible_db) & (loud_r < SILENT_DB) & reference_known & inside
    audible = (loud_q > SILENT_DB) & (loud_r > SILENT_DB) & reference_known
    if not (muted.any() or added.any() or audible.any()):
        return "kept"  # silent in both
    cost = np.zeros((len(times), 4))  # of the states SAME, OTHER, MUTED, ADDED
    cost[:, OTHER:] = 0.1  # silence in both slightly favours SAME
    cost[muted] = (1, 1, -1, 1)
    cost[added] = (1, 0.5, 1, -1)
    if audible.any():
        evidence = _same_audio_evidence(query_levels, reference_levels, audible)
        cost[audible, SAME], cost[audible, OTHER] = -evidence[audible], evidence[audible]
        cost[audible, MUTED:] = 1
    if not follows_audio:
        if _is_too_uniform(query_levels, reference_levels, audible, query.hop_s):
            return "not_checked"
        cost[audible, SAME] += 10
    return cheapest_path(cost, SWITCH_COST_S / query.hop_s)


def _same_audio_evidence(
    query: NDArray[np.float32], reference: NDArray[np.float32], audible: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """(n,) from -1, certainly other audio, to 1, the same; 0 where levels are constant."""
    correlation, deviation_db = local_audio_correlation(query, reference, audible)
    evidence = np.clip((correlation - SAME_AUDIO_CORRELATION) / 0.25, -1, 1)
    lively = np.clip(
        (deviation_db - MIN_DEVIATION_DB) / 2.5, 0, 1
    )  # below, there is only codec noise
    return np.asarray(
        np.where(evidence < 0, evidence * lively, evidence * np.clip(deviation_db / 2, 0, 1))
    )


def _is_too_uniform(
    query: NDArray[np.float32],
    reference: NDArray[np.float32],
    audible: NDArray[np.bool_],
    hop_s: Seconds,
) -> bool:
    """Whether audio without a common line is too short or too uniform to be called different."""
    if audible.mean() <= 0.2:
        return False  # one of them is mostly silent, which needs no comparing
    uniform = (
        min(_level_deviation_db(query, audible), _level_deviation_db(reference, audible))
        < MIN_DEVIATION_DB
    )
    return bool(audible.sum() * hop_s < MIN_REPLACED_S) or uniform


def _level_deviation_db(levels: NDArray[np.float32], chosen: NDArray[np.bool_]) -> float:
    """Root mean square deviation of the bands over the chosen rows, dB."""
    return float(np.sqrt(levels[chosen].var(axis=0).mean()))


def cheapest_path(cost: NDArray[np.float64], switch: float) -> NDArray[np.intp]:
    """(n,) states of the cheapest path through (n, states) costs (Viterbi, 1967).

    switch: cost of each change of state.
    """
    count, states = cost.shape
    total = cost[0].copy()
    previous = np.zeros((count, states), np.intp)
    for index in range(1, count):
        cheapest = int(total.argmin())
        switched = total[cheapest] + switch
        stay = total <= switched
        previous[index] = np.where(stay, np.arange(states), cheapest)
        total = np.where(stay, total, switched) + cost[index]
    path = np.empty(count, np.intp)
    path[-1] = int(total.argmin())
    for index in range(count - 1, 0, -1):
        path[index - 1] = previous[index, path[index]]
    return path
