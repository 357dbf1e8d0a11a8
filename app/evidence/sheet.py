"""The pictures that let a person check one match with their own eyes.

Pairs of the same instant, what the item shows of the known picture, the aligned difference, and
where each edit is. Runs inside the sandbox: arrays in, small JPEGs out. Faces are filled before
anything is drawn, scaled, warped or compared, so no step can bring one back.
"""

from collections.abc import Sequence
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from app.evidence.face_redaction import (
    Boxes,
    Detects,
    Remembering,
    Rgb,
    destroy,
    enlarged,
    inverse,
    mapped,
    together,
)
from app.evidence.instants import (
    MAX_SEGMENTS,
    Instant,
    instant,
    moments,
    strip_instants,
    strip_moments,
)
from app.evidence.types import EvidenceSheet, Pair, Thumbnail
from hashing.faces import FaceDetector, FaceModelError, load_detector
from hashing.types import Box, Edit, Homography, Match, PreviewFrames, Seconds

LONG_SIDE_PX: Final = 480
JPEG_QUALITY: Final = 72
MAX_THUMBNAILS: Final = 6
FULL_SCALE: Final = 0.35  # difference shown as the brightest colour, of full brightness
OUTSIDE_RGB: Final = (222, 224, 228)  # of the difference map: no known picture there
MARK_RGB: Final = (255, 176, 0)  # colour-blind-safe orange, IBM palette
DIMMED: Final = 0.4  # brightness of what the item does not show
CONTEXT: Final = 2.2  # a thumbnail shows this many times the edit's box


def evidence(
    query: PreviewFrames,
    reference: PreviewFrames,
    match: Match,
    unblurred: bool = False,
    detector: Detects | Literal["installed"] | None = "installed",
    strip: bool = False,
) -> EvidenceSheet:
    """The sheet of one match.

    unblurred: show faces; only where a person asked for it.
    strip: also make the instants to step through, for another few seconds of one core.
    detector: None fills every picture whole, as happens where no detector is installed.

    Raises DecodeError where the kept pictures of either side are damaged.
    """
    problems: list[str] = []
    if unblurred:
        detector = None
    elif detector == "installed":
        detector = _installed(problems)
    if len(match.segments) > MAX_SEGMENTS:
        problems.append(
            f"pictures are shown for the {MAX_SEGMENTS} longest of {len(match.segments)} stretches"
        )
    looker = Remembering(detector) if detector is not None else None
    pairs, sides = _pairs(query, reference, match, looker, unblurred)
    thumbnails, seen = _thumbnails(query, match.edits, sides, looker, unblurred)
    steps, stepped = _strip(query, reference, match, looker, unblurred) if strip else ([], [])
    shown = [i.faces for i in (*sides, *seen, *stepped)]
    return EvidenceSheet(
        pairs=tuple(pairs),
        thumbnails=tuple(thumbnails),
        faces="shown" if unblurred else "redacted",
        detector=detector.name if isinstance(detector, FaceDetector) else None,
        faces_filled=sum(len(faces) for faces in shown if faces is not None),
        pictures_filled=sum(faces is None for faces in shown),
        problems=tuple(problems),
        strip=tuple(steps),
    )


def _installed(problems: list[str]) -> Detects | None:
    try:
        return load_detector()
    except FaceModelError as error:
        problems.append(f"every picture is filled whole: {error}")
        return None


def _pairs(
    query: PreviewFrames,
    reference: PreviewFrames,
    match: Match,
    detector: Detects | None,
    unblurred: bool,
) -> tuple[list[Pair], list[Instant]]:
    pairs: list[Pair] = []
    sides: list[Instant] = []
    for index, query_s, reference_s in moments(match, query, reference):
        ours = instant(query, query_s, detector, unblurred)
        theirs = instant(reference, reference_s, detector, unblurred)
        homography = match.segments[index].homography_at(query_s)
        visible = match.segments[index].visible
        pairs.append(_pair(index, ours, theirs, homography, visible))
        sides += [ours, theirs]
    return pairs, sides


def _strip(
    query: PreviewFrames,
    reference: PreviewFrames,
    match: Match,
    detector: Detects | None,
    unblurred: bool,
) -> tuple[list[Pair], list[Instant]]:
    """Instants to step through; a face of one is filled in its neighbours, on both sides."""
    chosen = strip_moments(match, query, reference)
    ours = strip_instants(query, [query_s for _, query_s, _ in chosen], detector, unblurred)
    theirs = strip_instants(reference, [there for _, _, there in chosen], detector, unblurred)
    steps = []
    for (index, query_s, _), here, there in zip(chosen, ours, theirs, strict=True):
        segment = match.segments[index]
        homography = segment.homography_at(query_s)
        steps.append(_pair(index, here, there, homography, segment.visible))
    return steps, [*ours, *theirs]


def _pair(
    segment: int,
    ours: Instant,
    theirs: Instant,
    homography: Homography | None,
    visible: Box | None,
) -> Pair:
    """Both pictures redacted with what was found in either, and their difference."""
    back = inverse(homography) if homography is not None else None
    our_faces, their_faces = ours.faces, theirs.faces
    if homography is not None:
        our_faces = _joined(our_faces, theirs.faces, homography)
    if back is not None:
        their_faces = _joined(their_faces, ours.faces, back)
    query = destroy(ours.picture, our_faces)
    known = destroy(theirs.picture, their_faces)
    difference, mean, laid = None, None, None
    if homography is not None:
        painted, mean = difference_map(query, known, homography, our_faces)
        difference = jpeg(painted)
        laid = jpeg(aligned(query, known, homography, our_faces))
    return Pair(
        segment=segment,
        query_s=ours.time_s,
        reference_s=theirs.time_s,
        query=jpeg(query),
        reference=jpeg(mark_shown(known, back, visible)),
        difference=difference,
        difference_mean=mean,
        aligned=laid,
    )


def _joined(own: Boxes, other: Boxes, homography: Homography) -> Boxes:
    """Own boxes and those of the other side; a failure over there blanks nothing here."""
    return own if other is None else together(own, mapped(other, homography))


def difference_map(
    query: Rgb, reference: Rgb, homography: Homography, filled: Boxes
) -> tuple[Rgb, float | None]:
    """What differs once the known picture is laid over the item's and brightness is fitted.

    query, reference: already redacted. filled: the boxes of the query's, filled here again.

    Returns the picture (blue: the same, yellow: FULL_SCALE or more of full brightness) and the
    mean difference 0..1, None where the two share no picture.
    """
    size = (query.shape[1], query.shape[0])
    matrix = _pixel_matrix(query, reference, homography)
    warped = np.asarray(cv2.warpPerspective(_luma(reference), matrix, size), np.float32)
    shared = _covered(query, reference, matrix)
    if shared.sum() < 16:
        return np.full_like(query, OUTSIDE_RGB), None
    ours = _luma(query)
    gain, offset = _brightness_fit(warped[shared], ours[shared])
    apart = cv2.GaussianBlur(np.abs(ours - (gain * warped + offset)), (5, 5), 1.0)
    scaled = np.clip(apart * (255 / FULL_SCALE), 0, 255).astype(np.uint8)
    painted = cv2.cvtColor(cv2.applyColorMap(scaled, cv2.COLORMAP_CIVIDIS), cv2.COLOR_BGR2RGB)
    painted[~shared] = OUTSIDE_RGB
    return destroy(np.asarray(painted, np.uint8), filled), float(apart[shared].mean())


def aligned(query: Rgb, reference: Rgb, homography: Homography, filled: Boxes) -> Rgb:
    """The known picture laid into the item's frame: mirror, turn and crop undone.

    query, reference: already redacted; of the query only the size is used. filled: the boxes of
    the query's, filled here again. Where the known picture does not reach it is OUTSIDE_RGB.
    """
    matrix = _pixel_matrix(query, reference, homography)
    size = (query.shape[1], query.shape[0])
    laid = np.asarray(cv2.warpPerspective(reference, matrix, size), np.uint8)
    laid[~_covered(query, reference, matrix)] = OUTSIDE_RGB
    return destroy(laid, filled)


def _pixel_matrix(query: Rgb, reference: Rgb, homography: Homography) -> NDArray[np.float64]:
    """(3, 3) from pixels of the known picture to pixels of the item's."""
    to_pixels = np.diag([query.shape[1], query.shape[0], 1.0])
    from_pixels = np.diag([1 / reference.shape[1], 1 / reference.shape[0], 1.0])
    return np.asarray(to_pixels @ np.array(homography, float) @ from_pixels, np.float64)


def _covered(query: Rgb, reference: Rgb, matrix: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(H, W) of the item's picture: where the known picture reaches."""
    ones = np.ones(reference.shape[:2], np.uint8)
    size = (query.shape[1], query.shape[0])
    return np.asarray(cv2.warpPerspective(ones, matrix, size, flags=cv2.INTER_NEAREST) > 0)


def _luma(picture: Rgb) -> NDArray[np.float32]:
    """(H, W, 3) RGB -> (H, W) 0..1"""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32) / np.float32(255)


def _brightness_fit(
    reference: NDArray[np.float32], query: NDArray[np.float32]
) -> tuple[float, float]:
    """Gain and offset that lay the reference's brightness over the query's, outliers left out."""
    keep = np.ones(len(query), bool)
    gain, offset = 1.0, 0.0
    for _ in range(3):
        x, y = reference[keep], query[keep]
        spread = float(x.var())
        if spread < 1e-5:
            return 1.0, float(np.median(y) - np.median(x))
        gain = float(np.clip(((x - x.mean()) * (y - y.mean())).mean() / spread, 0.25, 4.0))
        offset = float(y.mean() - gain * x.mean())
        residual = np.abs(query - gain * reference - offset)
        keep = residual <= np.quantile(residual, 0.8)
    return gain, offset


def mark_shown(known: Rgb, back: Homography | None, visible: Box | None) -> Rgb:
    """The known picture with an outline around what the item shows of it, the rest dimmed."""
    height, width = known.shape[:2]
    if back is not None:
        corners = np.array([[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]], float) @ np.array(back).T
        if (corners[:, 2] <= 1e-9).any():
            return known
        outline = corners[:, :2] / corners[:, 2:]  # (4, 2) 0..1
    elif visible is not None:
        x0, y0, x1, y1 = visible
        outline = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    else:
        return known
    points = np.clip(outline * [width, height], -4 * width, 4 * width).round().astype(np.int32)
    inside = np.zeros(known.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, points, 1)
    marked = np.where(inside[..., None] > 0, known, (known * DIMMED).astype(np.uint8))
    clamped = np.clip(points, 2, [width - 3, height - 3])  # an outline at the edge stays visible
    cv2.polylines(marked, [clamped], True, (0, 0, 0), 5, cv2.LINE_AA)
    cv2.polylines(marked, [clamped], True, MARK_RGB, 3, cv2.LINE_AA)
    return np.asarray(marked, np.uint8)


def _thumbnails(
    query: PreviewFrames,
    edits: Sequence[Edit],
    known: Sequence[Instant],
    detector: Detects | None,
    unblurred: bool,
) -> tuple[list[Thumbnail], list[Instant]]:
    """A picture for each edit that has a place; the instants that were looked at for them."""
    placed = [(i, e) for i, e in enumerate(edits) if e.box is not None][:MAX_THUMBNAILS]
    thumbnails: list[Thumbnail] = []
    seen: list[Instant] = []
    for index, edit in placed:
        assert edit.box is not None
        here = instant(query, _middle(edit, known), detector, unblurred)
        seen.append(here)
        picture = _around(destroy(here.picture, here.faces), edit.box)
        thumbnails.append(Thumbnail(index, here.time_s, jpeg(picture)))
    return thumbnails, seen


def _middle(edit: Edit, known: Sequence[Instant]) -> Seconds:
    if edit.query is not None:
        return (edit.query.start + edit.query.end) / 2
    return known[0].time_s if known else 0.0


def _around(picture: Rgb, box: Box) -> Rgb:
    """The box, outlined, with its surroundings."""
    height, width = picture.shape[:2]
    scale = np.array([width, height, width, height])
    left, top, right, bottom = (int(v) for v in (np.array(enlarged(box, CONTEXT)) * scale).round())
    x0, y0, x1, y1 = (int(v) for v in (np.array(box) * scale).round())
    marked = picture.copy()
    cv2.rectangle(marked, (x0, y0), (x1, y1), (0, 0, 0), 4, cv2.LINE_AA)
    cv2.rectangle(marked, (x0, y0), (x1, y1), MARK_RGB, 2, cv2.LINE_AA)
    return marked[top : max(top + 8, bottom), left : max(left + 8, right)]


def thumbnail(
    kept: PreviewFrames, detector: Detects | Literal["installed"] | None = "installed"
) -> bytes:
    """A clip's picture for lists: a third into it, faces filled, a JPEG.

    Raises DecodeError where the kept pictures are damaged.
    """
    if detector == "installed":
        detector = _installed([])
    time_s = float(kept.times[len(kept.times) // 3])
    here = instant(kept, time_s, detector, unblurred=False)
    return jpeg(destroy(here.picture, here.faces))


def jpeg(picture: Rgb) -> bytes:
    """(H, W, 3) RGB -> a JPEG of at most LONG_SIDE_PX a side, without any metadata."""
    height, width = picture.shape[:2]
    scale = min(1.0, LONG_SIDE_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    done, content = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), options)
    if not done:
        raise ValueError(f"a picture of {width} x {height} cannot be encoded")
    return bytes(content)
