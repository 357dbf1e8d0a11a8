"""The plain page to upload a file and read the result, and the service's health."""

from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response

from app.api_rooms import service_of
from app.errors import http_status
from app.library_errors import LibraryUnusable
from app.schemas import HealthOut
from app.version import VERSION

STATIC = {"service.css": "text/css", "service.js": "text/javascript"}

router = APIRouter()


@router.get("/", include_in_schema=False)
async def index() -> Response:
    return HTMLResponse(_template("index.html"))


@router.get("/static/{name}", include_in_schema=False)
async def static(name: str) -> Response:
    if name not in STATIC:
        raise HTTPException(404, "no such file")
    return Response(_template(name), media_type=STATIC[name])


@router.get(
    "/v1/health",
    tags=["health"],
    response_model=HealthOut,
    responses={503: {"model": HealthOut}},
)
async def health(request: Request) -> Response:
    """200 where checks can run, 503 where the library cannot be used."""
    status, clips, detail = 200, None, None
    try:
        clips = await run_in_threadpool(service_of(request).library_size)
    except LibraryUnusable as error:
        status, detail = http_status(error), str(error)
    content = HealthOut(
        status="ok" if clips is not None else "library_unusable",
        version=VERSION,
        clips=clips,
        detail=detail,
    )
    return JSONResponse(content.model_dump(), status)


def _template(name: str) -> str:
    return files("app").joinpath("templates", name).read_text(encoding="utf-8")
