"""Errors as problem+json (RFC 9457): the one format of every refusal."""

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from app.error_codes import problem_content
from hashing.message import Message


class ProblemResponse(JSONResponse):
    media_type = "application/problem+json"


class Refusal(HTTPException):
    """Raised by a route or dependency: an answer of this status that says this."""

    def __init__(
        self, status: int, message: Message, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(status, str(message), headers)
        self.message = message


def problem(
    status: int, message: Message, headers: dict[str, str] | None = None
) -> ProblemResponse:
    return ProblemResponse(problem_content(status, message), status, headers)
