"""Support -> one calibrated score and a decision with its reasons.

The score is a logistic function of the measured support. Its terms were set by hand on the
development benchmark, from what separates copies from other recordings of the same scene, and
scaled so that 0.5 is where it has as many of either. More support never lowers a score.
"""

from dataclasses import dataclass
from math import exp, inf, log

from hashing.decide.support import MIN_IDENTICAL_SHARE, Support
from hashing.message import Message
from hashing.similarity.moved_content import MAX_MOVED_SHARE
from hashing.types import Decision, Kind

__all__ = [
    "MIN_UNDECIDED_SCORE",
    "decide",
]

MIN_ACCEPTED_SCORE = 0.75
MIN_UNDECIDED_SCORE = 0.12  # from here to MIN_ACCEPTED_SCORE a person has to decide
MIN_VIDEO_S = 1.0  # of matched video; less is not accepted
MAX_OVERLAID_LOGIT = 0.8  # a score of 0.69: undecided, above other recordings
# The same scene at another time follows the reference for some seconds once it may be slowed down,
# reversed or put together of pieces: of 156 pairs of clips of 6 s at most, from 52 films, 13 were
# accepted so, the longest for 5.5 s. Of 14 retimed copies of the development benchmark the shorter
# ones agree better than all of these: motion agreement plus a fifth of the contrast is 1.016 and
# more, of the pairs with a contrast above the least it is 0.970 and less.
MIN_UNCUT_SHARE = 0.9  # of the matched seconds, at real time and with one offset
MIN_RETIMED_S = 10.0  # of a retimed match; a shorter one has to agree better
MIN_RETIMED_AGREEMENT, RETIMED_CONTRAST_WEIGHT = 1.0, 0.2
MIN_RETIMED_CONTRAST = 0.45
# where the sound goes along: of copies 0.85 and more, of two pairs of other times 0.72 and 0.83
MIN_SOUNDED_MOTION_AGREEMENT = 0.84
MIN_STILL_AGREEING_SHARE = 0.78  # at which a still is as likely of another time
# of a still's textured area, or of what moves in it; copies have less, since what is painted over
# them is found nowhere in the reference
MAX_DISPLACED_SHARE = 0.12
MIN_RIGID_CORRELATION = (
    0.97  # of thumbnails, from which an inexact transform causes the displacement
)
MIN_PATH_AGREEING_SHARE = 0.6  # along a moving crop's path: as likely as not a copy
MANY_INLIERS = 400
MIN_SCENE_INLIERS = 25  # of two recordings of the same scene


@dataclass(frozen=True, slots=True)
class Outcome:
    score: float  # 0..1
    decision: Decision
    reasons: tuple[Message, ...]


def decide(support: Support, query: Kind, reference: Kind) -> Outcome:
    """Score a match from its support and decide on it. query, reference: the kinds of the clips."""
    both_videos = query == "video" and reference == "video"
    logit = _video_logit(support) if both_videos else _still_logit(support)
    if (query, reference) == ("video", "still"):
        # the best frame of a video is somewhat similar to any still of the same scene
        logit = min(logit, 16.0 * (support.agreeing_share - MIN_STILL_AGREEING_SHARE))
    score = 1 / (1 + exp(-logit))
    return Outcome(score, _decision(score, support, both_videos=both_videos), _reasons(support))


def _video_logit(support: Support) -> float:
    geometry = 1.1 * log(max(1, support.inliers) / 25) + (support.supporting_share - 0.5)
    appearance = 3.0 * (support.agreeing_share - 0.45)
    if not support.line_count:
        return geometry + appearance - 5.0
    # what moves counts more than what stands still; where nothing moves, appearance has to do
    motion = (
        0.0
        if support.motion_agreement is None
        else 8.0 * min(0.25, support.motion_agreement - 0.62)
    )
    time = 2.5 * (max(support.correlation, support.contrast) - 0.5)
    logit = -1.0 + geometry + appearance + motion + time
    if support.along_crop_path:
        # a window per timestamp fits whatever it can: what it shows has to agree as well, or, where
        # little is visible, a great many points at every timestamp
        agrees = max(
            support.agreeing_share, min(support.supporting_share, support.inliers / MANY_INLIERS)
        )
        logit = min(logit, 18.0 * (agrees - MIN_PATH_AGREEING_SHARE))
    # the background of a fixed camera has any number of inliers at any hour
    background = (
        support.static_agreement if support.motion_agreement is None else support.motion_agreement
    )
    if background is not None:
        logit = min(logit, 18.0 * (background - 0.57))
    if support.motion_agreement is None and support.static_agreement_query is not None:
        # people who came and went, or an overlay: a person can tell, this cannot
        logit = min(logit, max(MAX_OVERLAID_LOGIT, 18.0 * (support.static_agreement_query - 0.57)))
    if support.motion_agreement is None and not support.still_beyond_lines:
        # quiet scenes before a fixed camera agree at any hour; here the query goes on and differs
        logit = min(logit, MAX_OVERLAID_LOGIT)
    if support.uncut_share < MIN_UNCUT_SHARE and support.matched_s < MIN_RETIMED_S:
        logit = min(logit, _max_retimed_logit(support))
    if (
        support.motion_agreement is None
        and support.real_time_share < 0.5
        and support.min_agreeing_share < MIN_IDENTICAL_SHARE
    ):
        # a copy of a still scene fits at any time, also at real time: another speed means that no
        # timestamp fits exactly
        logit = min(logit, 0.0)
    return logit


def _max_retimed_logit(support: Support) -> float:
    """The most that a short match at another speed, backwards or in pieces can have."""
    accepted = log(MIN_ACCEPTED_SCORE / (1 - MIN_ACCEPTED_SCORE))
    if support.sound_kept:  # sound that goes along tells which time it is
        if support.motion_agreement is None:
            return inf
        return accepted + 18.0 * (support.motion_agreement - MIN_SOUNDED_MOTION_AGREEMENT)
    if support.motion_agreement is None:
        return MAX_OVERLAID_LOGIT
    together = support.motion_agreement + RETIMED_CONTRAST_WEIGHT * support.contrast
    agreement = together - MIN_RETIMED_AGREEMENT
    contrast = support.contrast - MIN_RETIMED_CONTRAST
    return accepted + 18.0 * min(agreement, contrast)


def _still_logit(support: Support) -> float:
    geometry = 1.1 * log(max(1, support.inliers) / 20) + 2.0 * (support.inlier_share - 0.5)
    appearance = 6.0 * (support.agreeing_share - 0.5) + 3.0 * (support.correlation - 0.6)
    motion = (
        0.0
        if support.motion_agreement is None
        else 20.0 * min(0.05, support.motion_agreement - 0.8)
    )
    logit = -1.5 + geometry + appearance + motion
    if support.motion_agreement is not None:
        logit = min(logit, 16.0 * (support.motion_agreement - 0.75))
    if _shows_another_time(support):
        # the same things in other places: the scene at another time, for a person to decide
        logit = min(logit, MAX_OVERLAID_LOGIT)
    return logit


def _shows_another_time(support: Support) -> bool:
    """Whether a still shows the same things in other places."""
    return _has_moved(support) or _is_displaced(support)


def _has_moved(support: Support) -> bool:
    return support.moved_share is not None and support.moved_share > MAX_MOVED_SHARE


def _is_displaced(support: Support) -> bool:
    displaced = (
        support.displaced_share is not None and support.displaced_share > MAX_DISPLACED_SHARE
    )
    return displaced and support.correlation < MIN_RIGID_CORRELATION


def _decision(score: float, support: Support, *, both_videos: bool) -> Decision:
    if score >= MIN_ACCEPTED_SCORE:
        short = both_videos and support.matched_s < MIN_VIDEO_S
        return "too_little" if short else "accepted"
    if (
        support.inliers >= MIN_SCENE_INLIERS
        and support.supporting_share >= 0.5
        and support.agreeing_share >= 0.3
    ):
        return "same_scene_other_recording"
    if score >= MIN_UNDECIDED_SCORE and _shows_another_time(support) and not both_videos:
        return "same_scene_other_recording"
    return "none" if score < MIN_UNDECIDED_SCORE else "weak_match"


def _reasons(support: Support) -> tuple[Message, ...]:
    out = [
        Message(
            "reason-geometry",
            {"points": support.inliers, "share": round(support.supporting_share, 4)},
        ),
        Message("reason-alike", {"share": round(support.agreeing_share, 4)}),
    ]
    if _is_displaced(support) and support.displaced_share is not None:
        out.append(Message("reason-displaced", {"share": round(support.displaced_share, 4)}))
    if _has_moved(support) and support.moved_share is not None:
        out.append(Message("reason-moved", {"share": round(support.moved_share, 4)}))
    if support.motion_agreement is not None:
        out.append(Message("reason-motion", {"share": round(support.motion_agreement, 4)}))
    elif support.static_agreement is not None:
        out.append(Message("reason-still", {"share": round(support.static_agreement, 4)}))
    return tuple(out)
