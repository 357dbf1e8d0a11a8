"""A decoding process as a new interpreter, where the system cannot fork: limits, no walls.

    python -I -c "..." LIMITS TASKS_MODULE MODEL FILE...     (see app.sandbox.spawn_handle)

The pipe is its standard input and output.
"""

import json
import os
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from app.sandbox.child.answer_loop import serve
from app.sandbox.limits import Protection, SandboxLimits
from app.sandbox.pipe import Pipe


def main(limits_json: str, tasks_module: str, model: str, *paths: str) -> None:
    """Load everything, limit this process, then serve until the pipe closes.

    model: empty for the one that comes with its package. On Windows the parent sets the limits.
    """
    incoming, outgoing = os.dup(0), os.dup(1)
    null_device = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null_device, stream)  # libraries that print must not write into the pipe
    os.close(null_device)
    limits = SandboxLimits(**json.loads(limits_json))
    tasks = import_module(tasks_module).warm(Path(model) if model else None)
    files = tuple(open(path, "rb") for path in paths)  # noqa: PTH123, SIM115  open all its life
    if sys.platform != "win32":
        from app.sandbox.child.lockdown import limit_process

        limit_process(limits)
    pipe = Pipe(incoming, outgoing, max_bytes=None)
    pipe.send(("hello", asdict(Protection(process_limits=True))))
    serve(pipe, files, limits, tasks)
