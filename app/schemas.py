"""The wire format of the service, and nothing else. Reports go out as CONTRACT's JSON."""

from dataclasses import asdict
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from app.clips import Clip
from app.jobs import Job, State
from app.problems import problem_content, problem_of
from app.service import Added, Checked
from hashing.errors import FirstseenError


class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProgressOut(Wire):
    step: str
    share: float  # 0..1


class CheckOut(Wire):
    """One check. `report` once it is done; `problem` where it failed."""

    id: str
    state: State
    progress: ProgressOut
    report: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None

    @classmethod
    def from_job(cls, job: Job[Checked]) -> "CheckOut":
        state = job.state
        return cls(
            id=job.id,
            state=state,
            progress=ProgressOut(step=job.step, share=job.share),
            report=job.future.result().report if state == "done" else None,
            problem=_problem(job) if state == "failed" else None,
        )


def _problem(job: Job[Checked]) -> dict[str, Any]:
    error = None if job.future.cancelled() else job.future.exception()
    if isinstance(error, FirstseenError):
        return problem_of(error)
    return problem_content(500, "a fault of firstseen itself; its log says more")


class AppearanceOut(Wire):
    kind: Literal["captured", "published", "archived", "attested", "ingested"]
    date: str
    source_url: str | None
    publisher: str | None
    entered_by: str | None


class ClipOut(Wire):
    """One clip of the library with its context."""

    id: str
    name: str
    sha256: str
    bytes: int
    kind: Literal["video", "still"]
    duration_s: float | None
    width: int
    height: int
    title: str | None
    place: str | None
    event: str | None
    language: str | None
    rights: str | None
    notes: str | None
    space: str
    sampling: str
    appearances: list[AppearanceOut]

    @classmethod
    def from_clip(cls, clip: Clip) -> "ClipOut":
        return cls.model_validate(asdict(clip))


class AddedOut(Wire):
    clip: ClipOut
    new: bool

    @classmethod
    def from_added(cls, added: Added) -> "AddedOut":
        return cls(clip=ClipOut.from_clip(added.clip), new=added.new)


class ClipsOut(Wire):
    """A page of clips; `next` is the `after` of the next page, null on the last."""

    clips: list[ClipOut]
    next: str | None


class HealthOut(Wire):
    status: Literal["ok", "library_unusable"]
    version: str
    clips: int | None
    detail: str | None = None
