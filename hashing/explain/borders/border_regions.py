"""What the item shows around the known picture: bars, text, a blurred fill, another picture.

Bars are peeled off from the frame's edges inward, line by line, as long as a line is of the bar's
colour for the most part; what is left between them and the known picture is looked at as a whole.
"""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from hashing.explain.difference.registered_frames import RegisteredPair, luma
from hashing.explain.difference.visible_area import Extent
from hashing.imaging.polygons import SIDES
from hashing.types import Box

type Side = Literal["left", "top", "right", "bottom"]
type Filling = Literal["plain", "text", "blurred_copy", "page", "picture"]

SAME_COLOUR = 14.0  # 0..255 in any channel: still the bar's colour after compression
PLAIN = 0.96  # share of a bar in its own colour that makes it plain
LETTERED = 0.4  # share of a line in the bar's colour under which letters fill it, or a picture
TALLEST_LETTERS = 0.07  # of the frame
MOSTLY = 0.55  # share of the whole bar in its colour
THIN = 0.05  # of the frame: a thinner bar has to stand out, for it may be the transform's error
THINNEST = 0.012  # of the frame: anything thinner is rounding
SMOOTH = 2.2  # grey levels of fine detail in a blurred fill, 9 places in 10
VERY_SMOOTH = 1.6  # the same, 3 places in 4
COPIES = 0.35  # correlation with the blurred content that makes a fill a copy of it
CLEARLY_COPIES = 0.6
COLOURFUL = 28.0  # difference between channels of a coloured mark on a page


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of the item's frame, from one side to the known picture."""

    side: Side
    box: Box  # in the item's picture, 0..1
    kind: Filling
    colour: tuple[int, int, int]  # RGB; the median where it is not of one colour
    share: float  # of the frame's width or height that it takes up

    @property
    def is_bar(self) -> bool:
        return self.kind in ("plain", "text")


@dataclass(slots=True)
class _Frame:
    """What is left of the frame while bars are peeled off it, in pixels of the registered pairs."""

    x0: int
    y0: int
    x1: int
    y1: int

    def depth(self, side: str, content: "_Frame") -> int:
        """Lines between a side of the frame and the content."""
        gaps = {
            "left": content.x0 - self.x0,
            "top": content.y0 - self.y0,
            "right": self.x1 - content.x1,
            "bottom": self.y1 - content.y1,
        }
        return gaps[side]

    def strip(self, side: str, depth: int) -> "_Frame":
        """The lines from a side inward."""
        return {
            "left": _Frame(self.x0, self.y0, self.x0 + depth, self.y1),
            "top": _Frame(self.x0, self.y0, self.x1, self.y0 + depth),
            "right": _Frame(self.x1 - depth, self.y0, self.x1, self.y1),
            "bottom": _Frame(self.x0, self.y1 - depth, self.x1, self.y1),
        }[side]

    def without(self, side: str, depth: int) -> "_Frame":
        """The frame less those lines."""
        return {
            "left": _Frame(self.x0 + depth, self.y0, self.x1, self.y1),
            "top": _Frame(self.x0, self.y0 + depth, self.x1, self.y1),
            "right": _Frame(self.x0, self.y0, self.x1 - depth, self.y1),
            "bottom": _Frame(self.x0, self.y0, self.x1, self.y1 - depth),
        }[side]

    def cut[T: np.generic](self, picture: NDArray[T]) -> NDArray[T]:
        return picture[self.y0 : self.y1, self.x0 : self.x1]

    def unit(self, size: tuple[int, int]) -> Box:
        return (self.x0 / size[0], self.y0 / size[1], self.x1 / size[0], self.y1 / size[1])


def surroundings(pairs: list[RegisteredPair], seen: Extent) -> tuple[tuple[Region, ...], Box]:
    """The border regions around the known picture, bars first, and the frame they leave."""
    if not pairs:
        return (), (0.0, 0.0, 1.0, 1.0)
    height, width = pairs[0].covered.shape
    x0, y0, x1, y1 = seen.box
    content = _Frame(round(x0 * width), round(y0 * height), round(x1 * width), round(y1 * height))
    if _is_blurred_fill(pairs, content):
        whole = _Frame(0, 0, width, height)
        return tuple(_regions_beside_bars(pairs, whole, content, "blurred_copy")), whole.unit(
            (width, height)
        )
    frame, bars = _peeled(pairs, content)
    rest = _regions_beside_bars(pairs, frame, content)
    return tuple(_merge_bars(bars) + rest), frame.unit((width, height))


def _peeled(pairs: list[RegisteredPair], content: _Frame) -> tuple[_Frame, list[Region]]:
    height, width = pairs[0].covered.shape
    frame = _Frame(0, 0, width, height)
    bars: list[Region] = []
    views = [one.query.astype(np.float32) for one in pairs]
    for _ in range(3):  # a caption bar inside a letterbox inside a pillarbox, at most
        before = len(bars)
        for side in ("top", "bottom", "left", "right"):
            depth = frame.depth(side, content)
            # four lines of what follows, to see whether a bar ends there
            lines = [_border_strip(side, frame.strip(side, depth + 4).cut(view)) for view in views]
            whole = width if side in ("left", "right") else height
            found = _bar([part[:depth] for part in lines], whole) if depth >= 2 else None
            if found is None:
                continue
            length, kind, colour = found
            marked = [part[:length] for part in lines]
            if kind == "text" and holds_picture(marked, colour, SAME_COLOUR, whole):
                continue
            if depth - length <= 2:  # the content's edge is soft by a line or two
                length = depth
            if length >= max(2, THINNEST * whole):
                box = frame.strip(side, length).unit((width, height))
                if length >= THIN * whole or _stands_out(lines, length, colour):
                    bars.append(Region(_side(side), box, kind, colour, length / whole))
                frame = frame.without(side, length)
        if len(bars) == before:
            break
    return frame, bars


def _merge_bars(bars: list[Region]) -> list[Region]:
    """Neighbouring bars of one side and one colour as one; it is plain only if all are."""
    out: list[Region] = []
    for bar in bars:
        at = next(
            (i for i, one in enumerate(out) if one.side == bar.side and same_colour(one, bar)), None
        )
        if at is None:
            out.append(bar)
            continue
        one = out[at]
        box = (
            min(one.box[0], bar.box[0]),
            min(one.box[1], bar.box[1]),
            max(one.box[2], bar.box[2]),
            max(one.box[3], bar.box[3]),
        )
        kind: Filling = "plain" if one.kind == bar.kind == "plain" else "text"
        out[at] = Region(one.side, box, kind, one.colour, one.share + bar.share)
    return out


def same_colour(one: Region, other: Region) -> bool:
    return bool(np.abs(np.subtract(one.colour, other.colour)).max() <= 16)


def _side(name: str) -> Side:
    return next(side for side in ("left", "top", "right", "bottom") if side == name)


def _border_strip(side: str, strip: NDArray[np.float32]) -> NDArray[np.float32]:
    """(depth, length, 3): a border strip, turned so that its first line is the frame's edge."""
    turned = strip.transpose(1, 0, 2) if side in ("left", "right") else strip
    return turned[::-1] if side in ("right", "bottom") else turned


def _bar(
    strips: list[NDArray[np.float32]], whole: int
) -> tuple[int, Filling, tuple[int, int, int]] | None:
    """How many lines from the edge are one bar, whether it is plain, and its colour.

    strips: (depth, length, 3) each, the same lines at several instants. whole: lines of the frame.
    """
    colour = np.median([np.median(lines[:2], axis=(0, 1)) for lines in strips], axis=0)
    near = [np.abs(lines - colour).max(axis=2) <= SAME_COLOUR for lines in strips]
    share = np.mean([one.mean(axis=1) for one in near], axis=0)  # (depth,)
    if share[:2].mean() < 0.85:
        return None
    length = _bar_length(share, TALLEST_LETTERS * whole)
    if length < 2:
        return None
    inner = share[: max(1, length - 1)]  # the last line may be half picture
    kind: Filling = "plain" if inner.mean() >= PLAIN and inner.min() > 0.8 else "text"
    r, g, b = (round(float(v)) for v in colour)
    return length, kind, (r, g, b)


def _stands_out(
    strips: list[NDArray[np.float32]], length: int, colour: tuple[int, int, int]
) -> bool:
    """Whether what follows on a bar is of another colour, for the most part."""
    beyond = [np.abs(lines[length + 1 : length + 4] - colour).max(axis=2) for lines in strips]
    return bool(
        np.median([float((one > SAME_COLOUR).mean()) for one in beyond if one.size] or [0]) > 0.5
    )


def _bar_length(share: NDArray[np.float64], tallest: float) -> int:
    """Lines from the edge that are one bar; letters may fill some, but not the last.

    share: (depth,) how much of each line has the bar's colour. tallest: lines that one row of
    letters may take.
    """
    means = np.cumsum(share) / np.arange(1, len(share) + 1)
    ends = np.flatnonzero((share >= 0.85) & (means >= MOSTLY))
    for last in ends[::-1]:
        if _longest_run(share[: last + 1] < LETTERED) <= max(3, tallest):
            return int(last) + 1
    return 0


def _longest_run(flags: NDArray[np.bool_]) -> int:
    longest = run = 0
    for flag in flags:
        run = run + 1 if flag else 0
        longest = max(longest, run)
    return longest


def _is_blurred_fill(pairs: list[RegisteredPair], content: _Frame) -> bool:
    """Whether all of the surroundings is one blurred fill, before parts of it pass for bars."""
    height, width = pairs[0].covered.shape
    frame = _Frame(0, 0, width, height)
    outside = np.ones((height, width), bool)
    content.cut(outside)[:] = False
    if outside.mean() < 0.05:
        return False
    if np.median([_plainness(one, outside) for one in pairs]) > 0.8:
        return False
    detail = float(np.median([_detail(one, outside, 90) for one in pairs]))
    return detail <= SMOOTH and _copied(pairs, outside, frame, content) >= CLEARLY_COPIES


def _regions_beside_bars(
    pairs: list[RegisteredPair], frame: _Frame, content: _Frame, kind: Filling | None = None
) -> list[Region]:
    """What lies between the bars and the known picture, side by side."""
    height, width = pairs[0].covered.shape
    sides = []
    for side in SIDES:
        whole = width if side in ("left", "right") else height
        if frame.depth(side, content) >= max(3, 0.02 * whole):
            sides.append(side)
    if not sides:
        return []
    outside = np.zeros((height, width), bool)
    frame.cut(outside)[:] = True
    content.cut(outside)[:] = False
    kind = kind or _filling(pairs, outside, frame, content)
    out = []
    for side in sides:
        depth = frame.depth(side, content)
        strip = frame.strip(side, depth)
        colours = np.median([np.median(strip.cut(one.query), axis=(0, 1)) for one in pairs], axis=0)
        r, g, b = (round(float(v)) for v in colours)
        share = depth / (width if side in ("left", "right") else height)
        out.append(Region(_side(side), strip.unit((width, height)), kind, (r, g, b), share))
    return out


def _filling(
    pairs: list[RegisteredPair], outside: NDArray[np.bool_], frame: _Frame, content: _Frame
) -> Filling:
    copies = _copied(pairs, outside, frame, content)
    most, usual = (float(np.median([_detail(one, outside, p) for one in pairs])) for p in (90, 75))
    if most <= SMOOTH and copies >= COPIES:
        return "blurred_copy"
    if usual <= VERY_SMOOTH and copies >= CLEARLY_COPIES:  # something else lies over a part of it
        return "blurred_copy"
    return "page" if all(_is_page(one, outside) for one in pairs) else "picture"


def _copied(
    pairs: list[RegisteredPair], outside: NDArray[np.bool_], frame: _Frame, content: _Frame
) -> float:
    return float(np.median([_fill_correlation(one, outside, frame, content) for one in pairs]))


def _plainness(one: RegisteredPair, outside: NDArray[np.bool_]) -> float:
    """Share of the surroundings in its commonest colour."""
    pixels = one.query[outside].astype(np.int16)
    colour = np.median(pixels, axis=0)
    return float((np.abs(pixels - colour).max(axis=1) <= SAME_COLOUR).mean())


def _detail(one: RegisteredPair, outside: NDArray[np.bool_], percent: int) -> float:
    """Grey levels of fine detail that so many of a hundred places stay under."""
    grey = luma(one.query)
    fine = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 1.5))
    inner = cv2.erode(outside.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return float(np.percentile(fine[inner], percent)) if inner.sum() >= 30 else 255.0


def _fill_correlation(
    one: RegisteredPair, outside: NDArray[np.bool_], frame: _Frame, content: _Frame
) -> float:
    """Correlation of the surroundings with the content enlarged over the frame and blurred."""
    part = content.cut(one.query)
    wide, high = frame.x1 - frame.x0, frame.y1 - frame.y0
    if min(part.shape[:2]) < 4 or wide < 8 or high < 8:
        return 0.0
    mask = frame.cut(outside)
    target = cv2.GaussianBlur(frame.cut(one.query), (0, 0), 4.0).astype(np.float32)
    best = -1.0
    for fill in (_enlarge_to_cover(part, wide, high), cv2.resize(part, (wide, high))):
        soft = cv2.GaussianBlur(fill, (0, 0), 0.04 * max(wide, high)).astype(np.float32)
        best = max(best, _colour_correlation(soft[mask], target[mask]))
    return best


def _enlarge_to_cover(part: NDArray[np.uint8], wide: int, high: int) -> NDArray[np.uint8]:
    """The known picture enlarged until it covers a frame, its middle kept: a blurred fill."""
    factor = max(wide / part.shape[1], high / part.shape[0])
    size = (max(wide, round(part.shape[1] * factor)), max(high, round(part.shape[0] * factor)))
    large = cv2.resize(part, size, interpolation=cv2.INTER_LINEAR)
    x, y = (size[0] - wide) // 2, (size[1] - high) // 2
    return np.asarray(large[y : y + high, x : x + wide], np.uint8)


def _colour_correlation(left: NDArray[np.float32], right: NDArray[np.float32]) -> float:
    """Correlation of (N, 3) colours, all channels as one signal; 0 if either is of one colour."""
    left, right = left - left.mean(), right - right.mean()
    if min(left.std(), right.std()) < 3.0:
        return 0.0
    product = float((left * right).mean())
    spread = float(np.sqrt((left**2).mean() * (right**2).mean()))
    return product / spread


def _is_page(one: RegisteredPair, outside: NDArray[np.bool_]) -> bool:
    """Whether most of the surroundings is one flat colour, as on a web page or a phone's screen."""
    pixels = one.query[outside].astype(np.int16)
    colour = np.median(pixels, axis=0)
    return bool((np.abs(pixels - colour).max(axis=1) <= 8).mean() > 0.5)


def coloured_marks(pairs: list[RegisteredPair], box: Box, colour: tuple[int, int, int]) -> float:
    """Share of a bar's marks that are coloured: icons and faces on a page, hardly ever letters."""
    height, width = pairs[0].covered.shape
    x0, y0, x1, y1 = box
    cut = _Frame(round(x0 * width), round(y0 * height), round(x1 * width), round(y1 * height))
    part = cut.cut(pairs[len(pairs) // 2].query).astype(np.int16)
    marks = part[np.abs(part - np.array(colour)).max(axis=2) > 2 * SAME_COLOUR]
    if len(marks) < 20:
        return 0.0
    return float(((marks.max(axis=1) - marks.min(axis=1)) > COLOURFUL).mean())


CELL = 0.23  # of the frame: a bar as broad may be a cell of a split screen


DEEP, LONG = 0.5, 0.15  # of the bar's depth and length: a mark that spans both is no letter


def holds_picture(
    views: list[NDArray[np.float32]], colour: tuple[int, int, int], same: float, whole: int
) -> bool:
    """Whether the marks on a broad bar are no letters, in most of the pairs.

    views: (depth, length, 3) each, lines from the frame's edge inward. same: grey levels in any
    channel that still are the bar's colour. whole: lines of the frame.
    """
    if len(views[0]) < CELL * whole:
        return False
    return bool(np.median([_large_mark(one, colour, same) for one in views]) > 0.5)


def _large_mark(lines: NDArray[np.float32], colour: tuple[int, int, int], same: float) -> bool:
    marks = (np.abs(lines - np.array(colour)).max(axis=2) > same).astype(np.uint8)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(marks, connectivity=8)
    depth, length = marks.shape
    return any(high >= DEEP * depth and wide >= LONG * length for _, _, wide, high, _ in boxes[1:])


OPPOSITE: dict[Side, Side] = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}


ALIKE = 1.33  # the broader of two bars over the other, at most, for a pair


def without_its_bars(regions: tuple[Region, ...], frame: Box) -> tuple[tuple[Region, ...], Box]:
    """The regions without the bars that are the other picture's, and the frame with those in it.

    frame: what all the bars leave.
    """
    before = {region.side for region in regions if not region.is_bar}
    blurred = any(region.kind == "blurred_copy" for region in regions)
    gone = [
        r for r in regions if r.is_bar and r.side in before and not _has_opposite_bar(r, regions)
    ]
    if blurred or not gone:
        return regions, frame
    x0, y0, x1, y1 = frame
    for bar in gone:
        x0 = min(x0, bar.box[0]) if bar.side == "left" else x0
        y0 = min(y0, bar.box[1]) if bar.side == "top" else y0
        x1 = max(x1, bar.box[2]) if bar.side == "right" else x1
        y1 = max(y1, bar.box[3]) if bar.side == "bottom" else y1
    return tuple(region for region in regions if region not in gone), (x0, y0, x1, y1)


def _has_opposite_bar(bar: Region, regions: tuple[Region, ...]) -> bool:
    """Whether the opposite side has the same bar."""
    return any(
        one.is_bar
        and one.side == OPPOSITE[bar.side]
        and same_colour(one, bar)
        and 1 / ALIKE <= one.share / bar.share <= ALIKE
        for one in regions
    )
