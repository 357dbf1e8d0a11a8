"""Moment by moment along a line: the same sound, other sound, silence in one clip only.

Where both sound, their spectrograms are correlated around each moment; the cheapest path through
the moments then names stretches, so that a breath of silence or a click is no change of state.
"""

import numpy as np
from numpy.typing import NDArray

from hashing.audio.cross_correlation import Sound, local_correlation, taken
from hashing.audio.spectrogram import SILENT_DB
from hashing.types import AudioState, Seconds, Span

CLEARLY_DB = 14.0  # above SILENT_DB: sound that nobody would call silence
FAINT_DB = 38.0  # below a clip's loud moments codecs take such sound away
ALIKE = 0.33  # local correlation between like and unlike
SWITCH_S = 0.8  # of clear evidence that a change of state has to outweigh
EVEN_DB = 1.2  # deviation of levels under which a sound is too even to be told from another
FEWEST_S = 1.5  # of sound in both, for calling it replaced
BLEED_ROWS = 3  # at the ends of a stretch, whose windows hold the neighbouring sound too

SAME, OTHER, MUTED, ADDED = range(4)


def moments(one: Sound, part: Span) -> NDArray[np.float64]:
    """Moments over a span, one for each row of a print."""
    count = max(1, int(part.length / one.hop_s))
    return part.start + (np.arange(count, dtype=np.float64) + 0.5) * one.hop_s


def sounds(one: Sound, part: Span) -> bool:
    """Whether anybody would hear something over a stretch."""
    inside = one.loudest[(one.times >= part.start) & (one.times < part.end)]
    return bool((inside > SILENT_DB + CLEARLY_DB).mean() > 0.05) if len(inside) else False


def held_to_account(
    query: Sound,
    reference: Sound,
    times: NDArray[np.float64],
    at: NDArray[np.float64],
    matched: Span,
    lift: float,
    on_line: bool,
) -> NDArray[np.intp] | AudioState:
    """SAME, OTHER, MUTED or ADDED for each moment, or one state where there is nothing to compare.

    times, at: (n,) moments of the query and the reference moments held against them. matched: the
    reference's stretch; where sound has left it, silence is no muting. lift: bands by which the
    query's pitch is higher. on_line: whether `at` follows the sound; else it follows the pictures.
    """
    ours, loud_q, _ = taken(query, times, lift)
    theirs, loud_r, known = taken(reference, at)
    inside = (at >= matched.start - 0.1) & (at <= matched.end + 0.1)
    inside[:BLEED_ROWS] = inside[len(inside) - BLEED_ROWS :] = False
    clear = SILENT_DB + CLEARLY_DB
    faint = float(np.percentile(reference.loudest, 98)) - FAINT_DB
    gone = (loud_q < SILENT_DB) & (loud_r > max(clear, faint)) & inside
    extra = (loud_q > clear) & (loud_r < SILENT_DB) & known & inside
    both = (loud_q > SILENT_DB) & (loud_r > SILENT_DB) & known
    if not (gone.any() or extra.any() or both.any()):
        return "kept"  # silent in both
    cost = np.zeros((len(times), 4))  # of calling a moment SAME, OTHER, MUTED, ADDED
    cost[:, OTHER:] = 0.1  # silence in both says little, and rather that nothing was done
    cost[gone] = (1, 1, -1, 1)
    cost[extra] = (1, 0.5, 1, -1)
    if both.any():
        sure = _sure(ours, theirs, both)
        cost[both, SAME], cost[both, OTHER] = -sure[both], sure[both]
        cost[both, MUTED:] = 1
    if not on_line:
        if _untold(ours, theirs, both, query.hop_s):
            return "not_checked"
        cost[both, SAME] += 10
    return cheapest(cost, SWITCH_S / query.hop_s)


def _sure(
    query: NDArray[np.float32], reference: NDArray[np.float32], both: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """(n,) -1 surely unlike .. 1 surely alike; 0 where nothing moves."""
    alike, moving = local_correlation(query, reference, both)
    sure = np.clip((alike - ALIKE) / 0.25, -1, 1)
    lively = np.clip((moving - EVEN_DB) / 2.5, 0, 1)  # codec noise is all there is below that
    return np.asarray(np.where(sure < 0, sure * lively, sure * np.clip(moving / 2, 0, 1)))


def _untold(
    query: NDArray[np.float32],
    reference: NDArray[np.float32],
    both: NDArray[np.bool_],
    hop_s: Seconds,
) -> bool:
    """Whether two sounds without a common line are too short or too even to be called different."""
    if both.mean() <= 0.2:
        return False  # one of them is mostly silent, which needs no comparing
    even = min(_moving(query, both), _moving(reference, both)) < EVEN_DB
    return bool(both.sum() * hop_s < FEWEST_S) or even


def _moving(levels: NDArray[np.float32], which: NDArray[np.bool_]) -> float:
    """dB: how much the bands move over some moments."""
    return float(np.sqrt(levels[which].var(axis=0).mean()))


def cheapest(cost: NDArray[np.float64], switch: float) -> NDArray[np.intp]:
    """(n, states) costs -> the cheapest path where each change costs `switch` (Viterbi)."""
    count, states = cost.shape
    total = cost[0].copy()
    came = np.zeros((count, states), np.intp)
    for index in range(1, count):
        cheapest = int(total.argmin())
        moved = total[cheapest] + switch
        stay = total <= moved
        came[index] = np.where(stay, np.arange(states), cheapest)
        total = np.where(stay, total, moved) + cost[index]
    path = np.empty(count, np.intp)
    path[-1] = int(total.argmin())
    for index in range(count - 1, 0, -1):
        path[index - 1] = came[index, path[index]]
    return path
