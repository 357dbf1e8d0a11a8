"""Whom to write to about a weakness of this service: /.well-known/security.txt (RFC 9116)."""

from datetime import UTC, datetime, time, timedelta
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from app.api.problem_json import Refusal
from app.settings import Settings
from hashing.message import Message

PATH: Final = "/.well-known/security.txt"
VALID_DAYS: Final = 30  # RFC 9116, 2.5.5 advises less than a year
LANGUAGES: Final = "en"

router = APIRouter()


@router.get(PATH, include_in_schema=False)
async def security_txt(request: Request) -> Response:
    """The operator's contacts, for everyone; 404 where none is set."""
    settings: Settings = request.app.state.settings
    if not settings.security_contact:
        raise Refusal(404, Message("error-no-contact"))
    today = datetime.combine(datetime.now(UTC), time(), UTC)
    return PlainTextResponse(render(settings.security_contact, today + timedelta(days=VALID_DAYS)))


def render(contacts: tuple[str, ...], expires: datetime) -> str:
    """The file's text. contacts: URIs, the preferred one first. expires: an aware time."""
    fields = [
        *(f"Contact: {contact}" for contact in contacts),
        f"Expires: {expires.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {LANGUAGES}",
    ]
    return "".join(f"{field}\r\n" for field in fields)
