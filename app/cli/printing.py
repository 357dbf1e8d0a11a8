"""How commands print: results as JSON or plain lines on stdout, complaints on stderr."""

import json
import sys
from typing import TYPE_CHECKING, Any

from app.messages.catalogue import text

if TYPE_CHECKING:
    from app.settings import Settings


def warn_unsandboxed(settings: "Settings") -> None:
    """Warn on stderr where this system cannot sandbox the process that decodes files."""
    from app.sandbox.sandbox import protection
    from app.sandbox.server_registry import shared_server

    walls = protection(shared_server(settings.model))
    if not walls.complete:
        complain(text("cli-unsandboxed", missing=walls.missing))


def complain(message: str) -> None:
    """Print one line on stderr, made safe for a terminal."""
    from app.text.escaping import printable

    sys.stderr.write(f"firstseen: {printable(message)}\n")


def print_json(data: Any) -> None:
    """Print indented JSON in ASCII, so that no file name can control a terminal."""
    sys.stdout.write(f"{json.dumps(data, indent=2, allow_nan=False)}\n")


def print_lines(lines: list[str]) -> None:
    """Print plain lines on stdout, made safe for a terminal."""
    from app.text.escaping import printable

    for line in lines:
        sys.stdout.write(f"{printable(line)}\n")
