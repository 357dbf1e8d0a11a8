"""The page, which is files of app/web and app/messages as they are; and the service's health."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePath
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from app.api.dependencies import library_of, store_of
from app.api.guard import PAGE_POLICY
from app.api.problem_json import Refusal
from app.api.schemas.clips import HealthOut
from app.error_codes import http_status
from app.library.errors import LibraryUnusable
from app.library.records import DamagedClip
from app.messages.catalogue import direction, languages, locale, source
from app.store.errors import StoreUnusable
from app.store.repair import count_damage
from app.version import VERSION
from hashing.message import Message

PAGE_TYPES: Final = {".css": "text/css", ".html": "text/html", ".js": "text/javascript"}
TYPES: Final = {**PAGE_TYPES, ".ftl": "text/plain", ".json": "application/json"}
NO_SCRIPT_FROM_TEXT: Final = "; require-trusted-types-for 'script'; trusted-types 'none'"

router = APIRouter()


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file of the page as it is sent."""

    content: bytes
    media_type: str
    tag: str  # changes when the content does

    @classmethod
    def of(cls, path: str, content: bytes) -> "StaticFile":
        digest = hashlib.sha256(content).hexdigest()
        return cls(content, TYPES[PurePath(path).suffix], f'"{digest[:32]}"')


@cache
def static_files() -> Mapping[str, StaticFile]:
    """The page's files by path ("views/check.js"), read once.

    A request can name one of these and nothing else: no path of a request reaches the file system.
    """
    return MappingProxyType({**dict(_files_within(files("app").joinpath("web"))), **_texts()})


def _files_within(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, StaticFile]]:
    for entry in folder.iterdir():
        path = prefix + entry.name
        if entry.is_dir():
            yield from _files_within(entry, f"{path}/")
        elif PurePath(path).suffix in PAGE_TYPES:
            yield path, StaticFile.of(path, entry.read_bytes())


def _texts() -> dict[str, StaticFile]:
    """What the page says: which languages there are, and the catalogue of each."""
    known = [
        {"language": code, "locale": locale(code), "direction": direction(code)}
        for code in languages()
    ]
    contents = {"messages/languages.json": json.dumps(known)} | {
        f"messages/{code}.ftl": source(code) for code in languages()
    }
    return {path: StaticFile.of(path, content.encode()) for path, content in contents.items()}


@router.get("/", include_in_schema=False)
async def index(request: Request) -> Response:
    """The page. It needs no key; what it fetches does."""
    return _respond(request, "index.html")


@router.get("/static/{path:path}", include_in_schema=False)
async def static(request: Request, path: str) -> Response:
    return _respond(request, path)


def _respond(request: Request, path: str) -> Response:
    file = static_files().get(path)
    if file is None:
        raise Refusal(404, Message("error-no-such-page-file"))
    headers = {"ETag": file.tag, "Cache-Control": "no-cache"}  # cached, and revalidated each time
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    if file.media_type == "text/html":
        headers["Content-Security-Policy"] = PAGE_POLICY + NO_SCRIPT_FROM_TEXT
    return Response(file.content, headers=headers, media_type=file.media_type)


@router.get(
    "/v1/health",
    tags=["health"],
    response_model=HealthOut,
    responses={503: {"model": HealthOut}},
)
async def health(request: Request) -> Response:
    """200 where checks can run, 503 where the library cannot be used."""
    status, clips, detail = 200, None, None
    damaged: list[DamagedClip] = []
    try:
        clips = (await run_in_threadpool(library_of(request).stats)).clips
        damaged = await run_in_threadpool(library_of(request).known_damage)
    except LibraryUnusable as error:
        status, detail = http_status(error), str(error)
    damaged_rows, set_aside_rows = await run_in_threadpool(_damage_of_desk, request)
    content = HealthOut(
        status="ok" if clips is not None else "library_unusable",
        version=VERSION,
        clips=clips,
        damaged_clips=sum(not clip.set_aside for clip in damaged),
        set_aside_clips=sum(clip.set_aside for clip in damaged),
        damaged_rows=damaged_rows,
        set_aside_rows=set_aside_rows,
        detail=detail,
    )
    return JSONResponse(content.model_dump(), status)


def _damage_of_desk(request: Request) -> tuple[int, int] | tuple[None, None]:
    try:
        with store_of(request).reading() as connection:
            return count_damage(connection)
    except StoreUnusable:  # the answer is still about the library
        return None, None
