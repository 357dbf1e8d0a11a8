"""Correct what is known about clips by what was stated of them again, keeping what stood there.

The same source says something else than before: its word now replaces its word then, and the change
is recorded with what stood there. What a person has corrected since is left as it is: a source that
repeats its old word does not undo that.

Works inside a transaction that its caller began.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from app.library import history
from app.library.clip_rows import read_clips
from app.library.context_csv import Context
from app.library.records import Appearance, ContextChange
from app.library.schema import clips

__all__ = ["correct_context", "without_removed"]

UNNAMED = "import"  # who corrected a text, where no source has a name
CORRECTED_KINDS = ("published", "captured")  # a copy may be archived, or attested, many times


def correct_context(
    connection: sa.Connection, number: int, context: Context, now: datetime
) -> tuple[ContextChange, ...]:
    """Replace texts and dates that a source now states otherwise. Returns the changes.

    What the clip does not have yet is not entered here. Raises ClipUnknown.
    """
    replaced = {
        (change.field, change.before) for change in history.read_changes(connection, number)
    }
    by = next((each.entered_by for each in context.appearances if each.entered_by), UNNAMED)
    clip = read_clips(connection, clips.c.id == number)[0]
    present = {name: text for name, text in context.texts().items() if getattr(clip, name)}
    texts = {
        name: text
        for name, text in present.items()
        if text is not None and (name, text) not in replaced
    }
    at = now.isoformat(timespec="seconds")
    changes = [
        ContextChange(name, getattr(clip, name), texts[name], by, at)
        for name in history.change_texts(connection, number, texts, by, now)
    ]
    for stated in context.appearances:
        earlier = _earlier_word(stated, context.appearances, clip.appearances)
        text = history.appearance_text(stated)
        if earlier is None or earlier.number is None or ("appearance", text) in replaced:
            continue
        history.remove_appearance(connection, number, earlier.number, by, now)
        history.add_appearance(connection, number, stated, now)
        before = history.appearance_text(earlier)
        changes.append(ContextChange("appearance", before, text, by, at))
    return tuple(changes)


def without_removed(connection: sa.Connection, number: int, context: Context) -> Context:
    """A statement without the dates that were removed from the clip, or replaced, since."""
    removed = {
        change.before
        for change in history.read_changes(connection, number)
        if change.field == "appearance"
    }
    standing = tuple(
        each for each in context.appearances if history.appearance_text(each) not in removed
    )
    return replace(context, appearances=standing)


def _earlier_word(
    stated: Appearance, all_stated: Sequence[Appearance], present: Sequence[Appearance]
) -> Appearance | None:
    """The appearance of a clip that `stated` corrects: the only one of its source, of another date.

    None where there is none, where the clip has `stated`, or where a source states several.
    """
    if stated.kind not in CORRECTED_KINDS or stated in present:
        return None
    of_source = [each for each in present if _source(each) == _source(stated)]
    now = [each for each in all_stated if _source(each) == _source(stated)]
    return of_source[0] if len(of_source) == len(now) == 1 else None


def _source(appearance: Appearance) -> tuple[str | None, ...]:
    return (
        appearance.kind,
        appearance.source_url,
        appearance.publisher,
        appearance.entered_by,
    )
