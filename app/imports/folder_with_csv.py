"""A folder of footage with one CSV: the columns of `app.library.context_csv`, a row for each date.

The CSV's `file` is a path below the folder. Files that no row names are not added.
"""

from pathlib import Path

from app.imports.statements import ImportEntry, PassedOver, file_inside, plain_text
from app.library.context_csv import read_rows
from hashing.message import Message


def table_in(folder: Path) -> Path | None:
    """The only CSV that lies in a folder; None where there is none, or several."""
    tables = [path for path in folder.glob("*.[cC][sS][vV]") if path.is_file()]
    return tables[0] if len(tables) == 1 else None


def read_folder(
    folder: Path, table: Path
) -> tuple[tuple[ImportEntry, ...], tuple[PassedOver, ...]]:
    """Every file that the CSV names, with what it states. Raises ContextUnreadable."""
    entries = []
    passed_over = []
    for row in read_rows(table):
        path = file_inside(folder, row.file)
        if path is None:
            name = plain_text(row.file) or ""
            reason = Message("import-no-file", {"name": name})
            passed_over.append(PassedOver(f"{table.name}: {name}", reason))
            continue
        entries.append(ImportEntry(path, row.context))
    return tuple(entries), tuple(passed_over)
