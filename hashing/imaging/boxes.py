"""What two boxes of one picture share."""

from hashing.types import Box


def area_of(box: Box) -> float:
    """Share of the picture, 0..1."""
    return (box[2] - box[0]) * (box[3] - box[1])


def shared(one: Box, other: Box) -> float:
    """Share of the picture that lies in both."""
    wide, high = (min(one[k + 2], other[k + 2]) - max(one[k], other[k]) for k in (0, 1))
    return max(0.0, wide) * max(0.0, high)


def part_in(one: Box, other: Box) -> float:
    """Share of the one box that lies in the other, 0..1."""
    whole = area_of(one)
    return shared(one, other) / whole if whole > 0 else 0.0


def mostly_in(inner: Box, outer: Box) -> bool:
    """Whether most of a box lies in another."""
    return part_in(inner, outer) > 0.5


def meet(one: Box, other: Box) -> bool:
    """Whether two boxes share anything."""
    return shared(one, other) > 0


def overlap(one: Box, other: Box) -> float:
    """Overlap over union, 0..1."""
    both = shared(one, other)
    return both / (area_of(one) + area_of(other) - both)
