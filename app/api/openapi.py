"""The OpenAPI document, and the problems that its routes may answer with."""

from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.api.schemas.problems import PROBLEM_SCHEMA
from app.version import VERSION

MEDIA_TYPE: Final = "application/problem+json"
_CONTENT: Final = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_EVERYWHERE: Final = (400, 401, 403, 413, 422, 429, 503)  # of any route that needs a key


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Problems by status for a route's `responses`."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": _CONTENT}
        for status in statuses
    }


def refusals(*further: int) -> dict[int | str, dict[str, Any]]:
    """For a router or route that needs a key: the problems common to all of them, and these."""
    return problems(*_EVERYWHERE, *further)


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of the service, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=VERSION,
            description="Every error is problem+json. Times are ISO 8601 in UTC.",
            routes=app.routes,
        )
        made.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
        app.openapi_schema = made
    return app.openapi_schema
