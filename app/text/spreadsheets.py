"""Cells of spreadsheets that hold strangers' texts, none of which may become a formula."""

__all__ = ["guarded", "unguarded"]

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def guarded(value: object) -> object:
    """The cell of a value: a text that would be a formula gets an apostrophe; None is empty."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value


def unguarded(cell: str) -> str:
    """The text of a cell that `guarded` wrote."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA_STARTS) else cell
