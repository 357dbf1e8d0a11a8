"""Errors as problem+json (RFC 9457): one shape for everything that the service refuses."""

from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

from app.error_codes import http_status
from app.text.escaping import printable
from hashing.errors import FirstseenError


class ProblemResponse(JSONResponse):
    media_type = "application/problem+json"


def problem_content(status: int, detail: str) -> dict[str, Any]:
    """The members of a problem; the detail is for people."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": printable(detail),
    }


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> ProblemResponse:
    return ProblemResponse(problem_content(status, detail), status, headers)


def problem_of(error: FirstseenError) -> dict[str, Any]:
    return problem_content(http_status(error), str(error))
