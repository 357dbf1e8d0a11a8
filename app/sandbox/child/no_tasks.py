"""An empty task table, for asking which walls stand without loading what decoding needs."""

from pathlib import Path

from app.sandbox.child.answer_loop import Task


def warm(model: Path | None) -> dict[str, Task]:
    """No tasks."""
    return {}
