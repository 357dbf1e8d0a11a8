"""The wire format of problems (RFC 9457)."""

from typing import Any

from pydantic import Field

from app.api.schemas.wire_record import Wire


class ProblemOut(Wire):
    """What the service refuses or cannot do (RFC 9457)."""

    type: str
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="For people, in English.")
    id: str = Field(description="Of the message that `detail` is, in the catalogue of messages.")
    params: dict[str, Any] = Field(description="What the message is filled in with.")


PROBLEM_SCHEMA: dict[str, Any] = ProblemOut.model_json_schema()
