"""What the routes take from the application: settings, store, queue, library, an upload."""

from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from app.api.rate_limits import Slots
from app.api.resources import Resources
from app.api.uploads import MAX_FIELD_BYTES, Upload, UploadsFull, receive
from app.jobs.supervisor import Supervisor
from app.library.library import Library
from app.settings import Settings
from app.store import checks
from app.store.data_folder import Store
from hashing.message import Message


def store_of(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def settings_of(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def queue_of(request: Request) -> Supervisor:
    queue: Supervisor = request.app.state.queue
    return queue


def resources_of(request: Request) -> Resources:
    resources: Resources = request.app.state.resources
    return resources


def library_of(request: Request) -> Library:
    return resources_of(request).library


async def receive_upload(request: Request, key: str) -> Upload:
    """Receive the request's file, durable on disk, and its fields. key: id of the sender's.

    Raises QueueFull and UploadsFull before anything is read, and what `uploads.receive` raises.
    """
    max_pending = queue_of(request).max_pending
    await run_in_threadpool(_check_room, store_of(request), max_pending, key)
    slots: Slots = request.app.state.limits.uploads
    headers, settings = request.headers, settings_of(request)
    with slots.taken(key) as free:
        if not free:
            raise UploadsFull(Message("error-uploads-full", {"max": settings.uploads_of_key}))
        return await receive(
            headers.get("content-type"),
            headers.get("content-length"),
            request.stream(),
            store_of(request).uploads,
            settings.max_bytes,
            settings.upload_bytes_per_s,
        )


def upload_form(*fields: str) -> dict[str, Any]:
    """For a route's `openapi_extra`: a form with one file and these optional texts."""
    texts = {name: {"type": "string", "maxLength": MAX_FIELD_BYTES} for name in fields}
    schema = {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}, **texts},
        "required": ["file"],
        "additionalProperties": False,
    }
    body = {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    return {"requestBody": body}


def _check_room(store: Store, max_pending: int, key: str) -> None:
    with store.reading() as connection:
        checks.require_capacity(connection, max_pending, key)
