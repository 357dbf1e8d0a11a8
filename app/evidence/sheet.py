"""The pictures that let a person check one match with their own eyes.

Pairs of the same instant, what the item shows of the known picture, the aligned difference, and
where each edit is. Runs inside the sandbox: arrays in, small JPEGs out. Faces, and what a person
blanks by hand, are filled before anything is drawn, scaled, warped or compared, so no step can
bring one back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from app.evidence.face_redaction import (
    Boxes,
    Detects,
    Looks,
    Remembering,
    Rgb,
    destroy,
    enlarged,
    inverse,
    mapped,
    together,
)
from app.evidence.hand_redaction import HandFill, blank, hand_fill
from app.evidence.instants import (
    MAX_SEGMENTS,
    HandFills,
    Instant,
    instant,
    moments,
    reference_time,
    strip_instants,
    strip_moments,
)
from app.evidence.types import EvidenceSheet, Pair, Redaction, Side, Thumbnail
from hashing.faces import FaceDetector, FaceModelError, load_detector
from hashing.types import Box, Edit, Homography, Match, PreviewFrames, Seconds, Span

LONG_SIDE_PX: Final = 480
JPEG_QUALITY: Final = 72
MAX_THUMBNAILS: Final = 6
FULL_SCALE: Final = 0.35  # difference shown as the brightest colour, of full brightness
OUTSIDE_RGB: Final = (222, 224, 228)  # of the difference map: no known picture there
MARK_RGB: Final = (255, 176, 0)  # colour-blind-safe orange, IBM palette
DIMMED: Final = 0.4  # brightness of what the item does not show
CONTEXT: Final = 2.2  # a thumbnail shows this many times the edit's box
NOT_LAID_OVER: Final = (
    "where no alignment was measured, what was blanked by hand in one clip is not in the other"
)


def evidence(
    query: PreviewFrames,
    reference: PreviewFrames,
    match: Match,
    unblurred: bool = False,
    detector: Detects | Literal["installed"] | None = "installed",
    strip: bool = False,
    redaction: Redaction | None = None,
) -> EvidenceSheet:
    """The sheet of one match.

    unblurred: show faces; only where a person asked for it.
    strip: also make the instants to step through, for another few seconds of one core.
    detector: None fills every picture whole, as happens where no detector is installed.
    redaction: what a person blanks by hand, whether or not faces are shown.

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
    maker = _Maker(query, reference, match, looker, unblurred, redaction, problems)
    pairs, sides = maker.pairs()
    steps, stepped = maker.strip() if strip else ([], [])
    thumbnails, seen = maker.thumbnails([*sides, *stepped])
    looked = [*sides, *stepped, *seen]
    shown = [faces for one in looked for faces in (one.query.faces, one.reference.faces)]
    return EvidenceSheet(
        pairs=tuple(pairs),
        thumbnails=tuple(thumbnails),
        faces="shown" if unblurred else "redacted",
        detector=detector.name if isinstance(detector, FaceDetector) else None,
        faces_filled=sum(len(faces) for faces in shown if faces is not None),
        pictures_filled=sum(faces is None for faces in shown),
        problems=tuple(dict.fromkeys(problems)),
        strip=tuple(steps),
        by_hand=redaction is not None and bool(redaction.blanked or redaction.kept),
    )


def _installed(problems: list[str]) -> Detects | None:
    try:
        return load_detector()
    except FaceModelError as error:
        problems.append(f"every picture is filled whole: {error}")
        return None


@dataclass(frozen=True, slots=True, eq=False)
class _Aligned:
    """One moment of both clips and where they lie on each other, if that was measured."""

    segment: int
    query: Instant
    reference: Instant
    homography: Homography | None  # of the known frame onto the item's
    visible: Box | None

    @property
    def back(self) -> Homography | None:
        return inverse(self.homography) if self.homography is not None else None


@dataclass(frozen=True, slots=True, eq=False)
class _Redacted:
    """Both frames without what was found, or blanked by hand, in either."""

    query: Rgb
    reference: Rgb
    filled: Callable[[Rgb], Rgb]  # fills once more what is laid into the item's frame


class _Maker:
    """Makes what a sheet shows of one match."""

    def __init__(
        self,
        query: PreviewFrames,
        reference: PreviewFrames,
        match: Match,
        detector: Looks | None,
        unblurred: bool,
        redaction: Redaction | None,
        problems: list[str],
    ) -> None:
        self._query = query
        self._reference = reference
        self._match = match
        self._detector = detector
        self._unblurred = unblurred
        self._redaction = redaction
        self._problems = problems

    def pairs(self) -> tuple[list[Pair], list[_Aligned]]:
        sides = [
            self._aligned(index, self._item_at(query_s), self._known_at(reference_s))
            for index, query_s, reference_s in moments(self._match, self._query, self._reference)
        ]
        return [self._pair(one) for one in sides], sides

    def strip(self) -> tuple[list[Pair], list[_Aligned]]:
        """Instants to step through; a face of one is filled in its neighbours, on both sides."""
        chosen = strip_moments(self._match, self._query, self._reference)
        detector, unblurred = self._detector, self._unblurred
        times_s, known_s = [one[1] for one in chosen], [one[2] for one in chosen]
        ours = strip_instants(self._query, times_s, detector, unblurred, self._hand("item"), 0)
        # what is not looked at on one side is looked at on the other
        theirs = strip_instants(
            self._reference, known_s, detector, unblurred, self._hand("known"), 1
        )
        steps = [
            self._aligned(index, here, there)
            for (index, _, _), here, there in zip(chosen, ours, theirs, strict=True)
        ]
        return [self._pair(one) for one in steps], steps

    def thumbnails(self, known: Sequence[_Aligned]) -> tuple[list[Thumbnail], list[_Aligned]]:
        """A picture for each edit that has a place; what was looked at beside `known` for them."""
        placed = [(i, e) for i, e in enumerate(self._match.edits) if e.box is not None]
        thumbnails: list[Thumbnail] = []
        seen: list[_Aligned] = []
        for index, edit in placed[:MAX_THUMBNAILS]:
            assert edit.box is not None
            time_s = _middle(edit, known)
            inside = [one for one in known if edit.query is None or _within(edit.query, one)]
            if inside:
                here = min(inside, key=lambda one: abs(one.query.time_s - time_s))
            else:
                here = self._at(time_s)
                seen.append(here)
            picture = _around(self._redact(here).query, edit.box)
            thumbnails.append(Thumbnail(index, here.query.time_s, jpeg(picture)))
        return thumbnails, seen

    def _at(self, time_s: Seconds) -> _Aligned:
        """The item's frame of a moment, and the known one that it shows, if it shows one."""
        item = self._item_at(time_s)
        for index, segment in enumerate(self._match.segments):
            if segment.query.start <= item.time_s <= segment.query.end:
                known = self._known_at(reference_time(segment, item.time_s))
                return self._aligned(index, item, known)
        nothing = Instant(0.0, np.zeros_like(item.picture), ())
        return _Aligned(0, item, nothing, None, None)

    def _item_at(self, time_s: Seconds) -> Instant:
        hand = self._hand("item")
        return instant(self._query, time_s, self._detector, self._unblurred, hand)

    def _known_at(self, time_s: Seconds) -> Instant:
        hand = self._hand("known")
        return instant(self._reference, time_s, self._detector, self._unblurred, hand)

    def _hand(self, side: Side) -> HandFills:
        return lambda time_s, shape: hand_fill(self._redaction, side, time_s, shape)

    def _aligned(self, index: int, ours: Instant, theirs: Instant) -> _Aligned:
        segment = self._match.segments[index]
        homography = segment.homography_at(ours.time_s)
        return _Aligned(index, ours, theirs, homography, segment.visible)

    def _redact(self, one: _Aligned) -> _Redacted:
        ours, theirs, back = one.query, one.reference, one.back
        our_faces, their_faces = ours.faces, theirs.faces
        our_hands, their_hands = [ours.hand], [theirs.hand]
        if one.homography is not None:
            matrix = _pixel_matrix(ours.picture, theirs.picture, one.homography)
            our_faces = _joined(our_faces, theirs.faces, one.homography)
            if theirs.hand is not None:
                our_hands.append(theirs.hand.laid_onto(matrix, ours.picture.shape))
        if back is not None:
            matrix = _pixel_matrix(theirs.picture, ours.picture, back)
            their_faces = _joined(their_faces, ours.faces, back)
            if ours.hand is not None:
                their_hands.append(ours.hand.laid_onto(matrix, theirs.picture.shape))
        if one.homography is None or back is None:
            our_hands.append(self._unplaced(theirs.hand, ours.picture))
            their_hands.append(self._unplaced(ours.hand, theirs.picture))

        def filled(picture: Rgb) -> Rgb:
            return blank(destroy(picture, our_faces), *our_hands)

        known = blank(destroy(theirs.picture, their_faces), *their_hands)
        return _Redacted(filled(ours.picture), known, filled)

    def _unplaced(self, fill: HandFill | None, picture: Rgb) -> HandFill | None:
        """What a fill of the other side does to a frame that it cannot be laid onto."""
        if fill is None:
            return None
        if fill.beyond:  # only parts were kept, and which part of this frame they are is unknown
            return HandFill(np.ones(picture.shape[:2], bool), True)
        self._problems.append(NOT_LAID_OVER)
        return None

    def _pair(self, one: _Aligned) -> Pair:
        """Both frames redacted with what was found in either, and their difference."""
        redacted = self._redact(one)
        difference, mean, laid = None, None, None
        if one.homography is not None:
            painted, mean = difference_map(
                redacted.query, redacted.reference, one.homography, redacted.filled
            )
            difference = jpeg(painted)
            laid = jpeg(
                aligned(redacted.query, redacted.reference, one.homography, redacted.filled)
            )
        return Pair(
            segment=one.segment,
            query_s=one.query.time_s,
            reference_s=one.reference.time_s,
            query=jpeg(redacted.query),
            reference=jpeg(mark_shown(redacted.reference, one.back, one.visible)),
            difference=difference,
            difference_mean=mean,
            aligned=laid,
        )


def _within(span: Span, one: _Aligned) -> bool:
    return span.start <= one.query.time_s <= span.end


def _joined(own: Boxes, other: Boxes, homography: Homography) -> Boxes:
    """Own boxes and those of the other side; a failure over there blanks nothing here."""
    return own if other is None else together(own, mapped(other, homography))


def difference_map(
    query: Rgb, reference: Rgb, homography: Homography, filled: Callable[[Rgb], Rgb]
) -> tuple[Rgb, float | None]:
    """What differs once the known picture is laid over the item's and brightness is fitted.

    query, reference: already redacted. filled: what is filled in the query, filled here again.

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
    return filled(np.asarray(painted, np.uint8)), float(apart[shared].mean())


def aligned(
    query: Rgb, reference: Rgb, homography: Homography, filled: Callable[[Rgb], Rgb]
) -> Rgb:
    """The known picture laid into the item's frame: mirror, turn and crop undone.

    query, reference: already redacted; of the query only the size is used. filled: what is filled
    in the query, filled here again. Where the known picture does not reach it is OUTSIDE_RGB.
    """
    matrix = _pixel_matrix(query, reference, homography)
    size = (query.shape[1], query.shape[0])
    laid = np.asarray(cv2.warpPerspective(reference, matrix, size), np.uint8)
    laid[~_covered(query, reference, matrix)] = OUTSIDE_RGB
    return filled(laid)


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


def _middle(edit: Edit, known: Sequence[_Aligned]) -> Seconds:
    if edit.query is not None:
        return (edit.query.start + edit.query.end) / 2
    return known[0].query.time_s if known else 0.0


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
