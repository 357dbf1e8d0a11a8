"""Check the item behind a link: the service fetches it, which shows this server to that host."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from app.api.access import Caller, require_scopes
from app.api.dependencies import settings_of
from app.api.openapi import refusals
from app.api.routes.checks import read_check, validate_claim
from app.api.schemas.checks import CheckOut, LinkIn
from app.api.submit import accept
from app.fetch.fetch import check_link
from app.intake.provenance import checked_provenance
from app.store.checks import Submission

router = APIRouter(prefix="/v1/links", tags=["checks"], responses=refusals())


@router.post("", status_code=202, response_model=CheckOut, responses={200: {"model": CheckOut}})
async def start_check(
    request: Request,
    content: LinkIn,
    caller: Annotated[Caller, Depends(require_scopes("check"))],
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> Response:
    """Fetch a media address, or what a page shows, and check it. Fetching shows this server, and
    that it asks for this item, to the host behind the link and wherever that leads.

    Links that may not be fetched are refused at once with 422. 200 as for an upload, where the
    same link was sent with the same claim.
    """
    link = check_link(content.url, settings_of(request))
    date, place = validate_claim(content.claimed_date, content.claimed_place)
    submission = Submission(
        key=caller.key_id,
        task="check",
        kind="link",
        name=link.file_name,
        url=content.url,
        claimed_date=date,
        claimed_place=place,
        context=checked_provenance(content.context),
        idempotency_key=idempotency_key,
    )
    check, new = await accept(request, submission, always_new=content.again)
    check_shown = await run_in_threadpool(read_check, request, check.id, caller)
    where = {"Location": f"/v1/checks/{check.id}"}
    return JSONResponse(check_shown.model_dump(), 202 if new else 200, headers=where)
