"""The wire format of the audit log."""

from app.api.schemas.wire_record import Wire
from app.store.audit_log import Entry


class EntryOut(Wire):
    """One entry of the audit log."""

    number: int
    at: str
    actor: str
    action: str
    object: str
    detail: str
    hash: str

    @classmethod
    def from_entry(cls, entry: Entry) -> "EntryOut":
        return cls(
            number=entry.number,
            at=entry.at,
            actor=entry.actor,
            action=entry.action,
            object=entry.object,
            detail=entry.detail,
            hash=entry.hash.hex(),
        )


class AuditOut(Wire):
    """A page of the audit log; `next` is the `after` of the next page, null on the last."""

    entries: list[EntryOut]
    next: int | None
    head: str
