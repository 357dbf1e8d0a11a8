"""Lines of a placement: their total length, their part of the query, the correlations nearby."""

from hashing.align.placement import Placement
from hashing.types import CorrelationMatrix, Line, Span


def total_length(lines: tuple[Line, ...]) -> float:
    """Seconds that the lines cover in all."""
    return sum(line.end - line.start for line in lines)


def part_of_query(lines: list[Line], all_lines: tuple[Line, ...]) -> Span | None:
    """Where in the query the lines lie; None where all of a match does."""
    if len(lines) == len(all_lines):
        return None
    return Span(max(0.0, min(line.start for line in lines)), max(line.end for line in lines))


def correlations_near(
    placement: Placement, part: Span, lines: list[Line]
) -> CorrelationMatrix | None:
    """All correlations of a placement, or of two long clips those near lines in a part."""
    if placement.sparse is None:
        return placement.correlations
    return placement.sparse.near(part, lines)
