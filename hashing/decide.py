"""Support -> one calibrated score and a decision with its reasons.

The score is a logistic function of the measured support, with coefficients fitted on the development
split (benchmarks/calibrate.py) and signs fixed by hand: more support never lowers a score.
"""

from dataclasses import dataclass
from math import exp, log

from hashing.support import Support
from hashing.types import Decision, Kind

ACCEPT = 0.5
OPEN = 0.2  # from here to ACCEPT a person has to look


@dataclass(frozen=True, slots=True)
class Decided:
    score: float  # 0..1
    decision: Decision
    reasons: tuple[str, ...]


def decide(grounds: Support, query: Kind, reference: Kind) -> Decided:
    """How sure the same recording is, and what that amounts to."""
    moving_pictures = query == "video" and reference == "video"
    score = _video_score(grounds) if moving_pictures else _still_score(grounds)
    return Decided(score, _decision(score, grounds, moving_pictures), _reasons(grounds))


def _video_score(grounds: Support) -> float:
    motion = 0.5 if grounds.explained is None else grounds.explained
    logit = (
        -7.5
        + 1.0 * log(max(1, grounds.inliers))
        + 2.0 * grounds.supporting
        + 3.0 * grounds.level
        + 2.0 * grounds.contrast
        + 3.0 * motion
        + 2.0 * grounds.alike
    )
    return 1 / (1 + exp(-logit))


def _still_score(grounds: Support) -> float:
    logit = -8.0 + 1.2 * log(max(1, grounds.inliers)) + 5.0 * grounds.alike + 2.0 * grounds.spread
    return 1 / (1 + exp(-logit))


def _decision(score: float, grounds: Support, moving_pictures: bool) -> Decision:
    if score >= ACCEPT:
        return "accepted"
    if score < OPEN:
        return "none"
    if moving_pictures and grounds.seconds < 1.0:
        return "too_little"
    if grounds.supporting >= 0.5 and grounds.inliers >= 25:
        return "same_scene_other_recording"
    return "weak_match"


def _reasons(grounds: Support) -> tuple[str, ...]:
    out = [
        f"{grounds.inliers} points agree on one transform "
        f"({grounds.supporting:.0%} of the instants compared support it)",
        f"{grounds.alike:.0%} of the textured picture agrees at the same instants",
    ]
    if grounds.explained is not None:
        out.append(f"{grounds.explained:.0%} of what moves, moves alike")
    return tuple(out)
