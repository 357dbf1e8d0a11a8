"""Errors as problem+json (RFC 9457): the one format of every refusal."""

from starlette.responses import JSONResponse

from app.error_codes import problem_content


class ProblemResponse(JSONResponse):
    media_type = "application/problem+json"


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> ProblemResponse:
    return ProblemResponse(problem_content(status, detail), status, headers)
