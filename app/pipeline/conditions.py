"""What a check is done with, so that it can be done again: program, model, settings, claim."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from app.report.report import Conditions
from app.settings import Settings
from app.verdict.claim import Claim
from app.version import VERSION, code_digest, commit
from hashing.describe.model_files import model_digest

# settings that can change what is found; times and places of the service cannot
SETTINGS_THAT_MATTER: Final = (
    "max_bytes",
    "max_pixels",
    "max_duration_s",
    "max_frames",
    "wall_s",
    "cpu_s",
    "memory_bytes",
    "output_bytes",
)


def conditions_of(settings: Settings, claim: Claim | None, now: datetime) -> Conditions:
    """The conditions of a check that ends now. The list of trusted signers is named by its hash."""
    date, place = (claim.date, claim.place) if claim else (None, None)
    values = {name: getattr(settings, name) for name in SETTINGS_THAT_MATTER}
    return Conditions(
        checked_at=now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        version=VERSION,
        commit=commit(),
        code_sha256=code_digest(),
        model_sha256=model_digest(settings.model),
        claimed_date=date.text if date else None,
        claimed_place=place,
        settings={**values, "trust_anchors_sha256": _digest(settings.trust_anchors)},
    )


def _digest(path: Path | None) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() if path else None
    except OSError:
        return None
