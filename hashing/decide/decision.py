"""Support -> one calibrated score and a decision with its reasons.

The score is a logistic function of the measured support. Its terms and signs are set by hand from
what separates copies from other recordings of the same scene, and scaled so that 0.5 is where the
development split has as many of either; more support never lowers a score.
"""

from dataclasses import dataclass
from math import exp, log

from hashing.decide.support import THE_SAME, Support
from hashing.types import Decision, Kind

ACCEPT = 0.75
OPEN = 0.12  # from here to ACCEPT a person has to look
SHORT_S = 1.0  # of video, under which nothing is accepted on motion
LAID_OVER_LOGIT = 0.8  # a score of 0.69: undecided, above other recordings
MOSTLY_ALIKE = 0.78  # share of the textured picture at which a still is as likely another moment's
# of a still's textured picture, or of what moves in it, found again elsewhere in the known one;
# copies stay under it, since what is painted over them is found nowhere
MOST_ELSEWHERE = 0.12
AS_A_WHOLE = 0.97  # correlation of small pictures, from which an inexact transform moved them
FOLLOWED_ALIKE = 0.6  # of the textured picture, along a moving crop's path: as likely as not
MANY_INLIERS = 400
SCENE_INLIERS = 25  # with which two recordings at least show the same thing


@dataclass(frozen=True, slots=True)
class Decided:
    score: float  # 0..1
    decision: Decision
    reasons: tuple[str, ...]


def decide(grounds: Support, query: Kind, reference: Kind) -> Decided:
    """How sure the same recording is, and what that amounts to."""
    moving_pictures = query == "video" and reference == "video"
    logit = _video_logit(grounds) if moving_pictures else _still_logit(grounds)
    if (query, reference) == ("video", "still"):
        # the best of all moments of a video is a little like any still of the same scene
        logit = min(logit, 16.0 * (grounds.alike - MOSTLY_ALIKE))
    score = 1 / (1 + exp(-logit))
    return Decided(score, _decision(score, grounds, moving_pictures), _reasons(grounds))


def _video_logit(grounds: Support) -> float:
    geometry = 1.1 * log(max(1, grounds.inliers) / 25) + (grounds.supporting - 0.5)
    pictures = 3.0 * (grounds.alike - 0.45)
    if not grounds.lines:
        return geometry + pictures - 5.0
    # what moves decides over what stands still; where nothing moves, the pictures have to
    motion = 0.0 if grounds.explained is None else 8.0 * min(0.25, grounds.explained - 0.62)
    time = 2.5 * (max(grounds.level, grounds.contrast) - 0.5)
    logit = -1.0 + geometry + pictures + motion + time
    if grounds.followed:
        # a window for each moment fits whatever it can: what it shows then has to agree as well,
        # or, where little is to be seen, a great many points at every instant
        agrees = max(grounds.alike, min(grounds.supporting, grounds.inliers / MANY_INLIERS))
        logit = min(logit, 18.0 * (agrees - FOLLOWED_ALIKE))
    # a fixed camera's background has points without number, at any hour
    tells = grounds.standing if grounds.explained is None else grounds.explained
    if tells is not None:
        logit = min(logit, 18.0 * (tells - 0.57))
    if grounds.explained is None and grounds.standing_item is not None:
        # people who came and went, or a picture laid over it: a person can tell, this cannot
        logit = min(logit, max(LAID_OVER_LOGIT, 18.0 * (grounds.standing_item - 0.57)))
    if grounds.explained is None and not grounds.whole_shots:
        # a fixed camera's quiet moments are alike at any hour; here the item goes on, and differs
        logit = min(logit, LAID_OVER_LOGIT)
    if grounds.explained is None and grounds.natural < 0.5 and grounds.least_alike < THE_SAME:
        # a still scene's copy lies anywhere, at real time as well: another speed says that no
        # moment fits as it is
        logit = min(logit, 0.0)
    return logit


def _still_logit(grounds: Support) -> float:
    geometry = 1.1 * log(max(1, grounds.inliers) / 20) + 2.0 * (grounds.agreeing - 0.5)
    pictures = 6.0 * (grounds.alike - 0.5) + 3.0 * (grounds.level - 0.6)
    motion = 0.0 if grounds.explained is None else 20.0 * min(0.05, grounds.explained - 0.8)
    logit = -1.5 + geometry + pictures + motion
    if grounds.explained is not None:
        logit = min(logit, 16.0 * (grounds.explained - 0.75))
    if _moved(grounds):
        # the same things in other places: the scene at another moment, which a person can tell
        logit = min(logit, LAID_OVER_LOGIT)
    return logit


def _moved(grounds: Support) -> bool:
    off = grounds.elsewhere is not None and grounds.elsewhere > MOST_ELSEWHERE
    return off and grounds.level < AS_A_WHOLE


def _decision(score: float, grounds: Support, moving_pictures: bool) -> Decision:
    if score >= ACCEPT:
        short = moving_pictures and grounds.seconds < SHORT_S
        return "too_little" if short else "accepted"
    if grounds.inliers >= SCENE_INLIERS and grounds.supporting >= 0.5 and grounds.alike >= 0.3:
        return "same_scene_other_recording"
    if score >= OPEN and _moved(grounds) and not moving_pictures:
        return "same_scene_other_recording"
    return "none" if score < OPEN else "weak_match"


def _reasons(grounds: Support) -> tuple[str, ...]:
    out = [
        f"{grounds.inliers} points agree on one transform "
        f"({grounds.supporting:.0%} of the instants compared support it)",
        f"{grounds.alike:.0%} of the textured picture agrees at the same instants",
    ]
    if _moved(grounds):
        out.append(
            f"{grounds.elsewhere:.0%} of it, or of what moves in it, shows the same things a "
            "little way off, as at another moment"
        )
    if grounds.explained is not None:
        out.append(f"{grounds.explained:.0%} of what moves, moves alike")
    elif grounds.standing is not None:
        out.append(
            f"nothing moves; where something does at other times, {grounds.standing:.0%} agrees"
        )
    return tuple(out)
