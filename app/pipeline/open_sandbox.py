"""Open a decoding process with the limits and the model of the settings."""

from pathlib import Path

from app.sandbox.client import MediaSandbox
from app.sandbox.server_registry import shared_server
from app.settings import Settings


def open_sandbox(path: Path | None, settings: Settings) -> MediaSandbox:
    """A process that can read `path` and nothing else; None for one that reads no file.

    Close it, or use it in a `with`. Raises IntakeError where the file cannot be opened,
    SandboxUnavailable.
    """
    return MediaSandbox.open(path, settings.sandbox_limits(), shared_server(settings.model))
