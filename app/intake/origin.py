"""Where an item came from, where that was a link, and what a report says of it. Pure."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Self

MOST_HOSTS = 4  # that are named


@dataclass(frozen=True, slots=True)
class Origin:
    """One link that was fetched, or that could not be.

    url: as it was given. final_url: what gave the file; None where nothing did. hosts: every one
    that was connected to. videos: how many the page showed, of which the first is the item.
    """

    url: str
    final_url: str | None
    fetched_at: datetime  # when it was begun
    hosts: tuple[str, ...] = ()
    videos: int = 1

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "fetched_at": self.fetched_at.isoformat()}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """What `to_json` gave."""
        at = datetime.fromisoformat(kept["fetched_at"])
        return cls(**{**kept, "fetched_at": at, "hosts": tuple(kept["hosts"])})

    @property
    def told(self) -> tuple[str, ...]:
        """What a report must say of it, in words."""
        if not self.hosts:
            return ()
        named = list(self.hosts[:MOST_HOSTS])
        if len(self.hosts) > MOST_HOSTS:
            named.append(f"{len(self.hosts) - MOST_HOSTS} more")
        at = self.fetched_at.astimezone(UTC)
        return (
            f"Fetching the link showed this machine to {', '.join(named)} at {at:%F %H:%M} UTC",
        )

    @property
    def problems(self) -> tuple[str, ...]:
        """What of the link is not in the item, in words."""
        if self.videos < 2:
            return ()
        return (f"The page shows {self.videos} videos; the first of them is the item",)
