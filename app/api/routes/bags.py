"""Sealed bags of checks over HTTP."""

import tempfile
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse

from app.api.access import Caller, visible_key
from app.api.dependencies import store_of
from app.api.openapi import refusals
from app.api.routes.checks import Asking, CheckId, Names
from app.bag.bag_of_check import seal_check
from app.bag.seal import write_zip
from app.report.report import Shown
from app.store import checks, reveals

router = APIRouter(prefix="/v1/checks", tags=["checks"], responses=refusals(404))

type WithItem = Annotated[
    Literal["withheld", "included"],
    Query(description="included: only after this key revealed faces and metadata."),
]


@router.get(
    "/{check_id}/bag.zip",
    response_class=FileResponse,
    responses={200: {"content": {"application/zip": {}}}, **refusals(409)},
)
async def download_bag(
    request: Request,
    check_id: CheckId,
    caller: Asking,
    names: Names = "withheld",
    item: WithItem = "withheld",
) -> FileResponse:
    """Report, frames, log entries and hashes of a check, sealed and signed; BagIt in a zip."""
    more = names == "kept" or item == "included"
    shown = Shown(names=names, item=item, by=caller.name if more else None)
    path, name, fingerprint = await run_in_threadpool(_sealed, request, check_id, caller, shown)
    return FileResponse(
        path,
        media_type="application/zip",
        filename=f"{name}.zip",
        headers={"Firstseen-Signer": fingerprint},
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


def _sealed(request: Request, check_id: str, caller: Caller, shown: Shown) -> tuple[Path, str, str]:
    """The zip in a file of its own, its name, and the fingerprint of its signer.

    Raises CheckUnknown, NotRevealed, UsageError.
    """
    store, key = store_of(request), visible_key(caller)
    with store.reading() as connection:
        checks.find(connection, check_id, key)
        whole = shown.item == "included"
        reveals.require(connection, check_id, caller.key_id, faces=whole, metadata=whole)
    bag = seal_check(store, check_id, caller.key_id, shown, key)
    with tempfile.NamedTemporaryFile(prefix="firstseen-", suffix=".zip", delete=False) as file:
        try:
            write_zip(bag, file)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return Path(file.name), bag.name, bag.fingerprint
