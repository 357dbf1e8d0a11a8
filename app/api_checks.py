"""Checks over HTTP: upload, poll, read the report, forget it."""

from functools import partial

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response

from app.api_access import may
from app.api_rooms import discard, jobs_of, receive_upload, service_of
from app.claim import Claim, ClaimNotUnderstoodError, parse_claim
from app.dates import DateNotUnderstoodError
from app.errors import UsageError
from app.jobs import Job
from app.page import render
from app.problems import problem
from app.schemas import CheckOut
from app.service import Checked
from app.uploads import Upload

REPORT_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "  # the page's own is narrower
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

router = APIRouter(prefix="/v1/checks", tags=["checks"], dependencies=[Depends(may("check"))])


@router.post("", status_code=202)
async def start_check(request: Request) -> Response:
    """Upload one file and check it; fields: file, claimed_date, claimed_place."""
    upload = await receive_upload(request)
    forget = partial(discard, upload)
    try:
        claim = _claim(upload)
    except UsageError:
        forget()
        raise
    work = partial(service_of(request).check, upload.path, upload.name, claim)
    job = jobs_of(request).submit(work, after=forget)
    content = CheckOut.from_job(job).model_dump()
    return JSONResponse(content, 202, headers={"Location": f"/v1/checks/{job.id}"})


@router.get("/{check_id}")
async def show_check(request: Request, check_id: str) -> CheckOut:
    """The state, and once it is done the report."""
    return CheckOut.from_job(_job(request, check_id))


@router.get("/{check_id}/report.html")
async def show_page(request: Request, check_id: str) -> Response:
    """The report as a page for others to see: faces destroyed, identifying metadata withheld."""
    job = _job(request, check_id)
    if job.state != "done":
        return problem(409, f"the check is {job.state}; there is no report to show")
    checked = job.future.result()
    page = await run_in_threadpool(render, checked.report, checked.sheets)
    return HTMLResponse(page, headers={"Content-Security-Policy": REPORT_POLICY})


@router.delete("/{check_id}", status_code=204)
async def forget_check(request: Request, check_id: str) -> Response:
    """Forget a check and its report; a running one stops."""
    if not jobs_of(request).remove(check_id):
        raise _unknown()
    return Response(status_code=204)


def _claim(upload: Upload) -> Claim | None:
    try:
        return parse_claim(upload.fields.get("claimed_date"), upload.fields.get("claimed_place"))
    except (DateNotUnderstoodError, ClaimNotUnderstoodError) as error:
        raise UsageError(str(error)) from error


def _job(request: Request, check_id: str) -> Job[Checked]:
    job = jobs_of(request).get(check_id)
    if job is None:
        raise _unknown()
    return job


def _unknown() -> HTTPException:
    return HTTPException(404, "no such check; reports are kept for a limited time")
