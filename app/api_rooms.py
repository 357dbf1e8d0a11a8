"""What every router of the service reaches for: the settings, the jobs, the work, an upload."""

from fastapi import Request

from app.desk.file import DeskFile
from app.jobs import Jobs, QueueFullError
from app.service import Service
from app.settings import Settings
from app.uploads import Upload, receive


def jobs_of(request: Request) -> Jobs:
    jobs: Jobs = request.app.state.jobs
    return jobs


def desk_of(request: Request) -> DeskFile:
    desk: DeskFile = request.app.state.desk
    return desk


def settings_of(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def receive_upload(request: Request) -> Upload:
    """The request's file, on disk, and its fields.

    Raises QueueFullError before anything is read, and what `uploads.receive` raises.
    """
    if not jobs_of(request).has_room():
        raise QueueFullError("too many checks are waiting; try again in a while")
    settings: Settings = request.app.state.settings
    headers = request.headers
    return await receive(
        headers.get("content-type"),
        headers.get("content-length"),
        request.stream(),
        request.app.state.folder,
        settings.max_bytes,
    )


def discard(upload: Upload) -> None:
    """Uploads go as soon as their work has ended."""
    upload.path.unlink(missing_ok=True)
