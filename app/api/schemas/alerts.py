"""The wire format of alerts on earlier checks."""

from app.api.schemas.wire_record import Wire
from app.store.alerts import Alert


class AlertOut(Wire):
    """A new match of an earlier check, after the library grew.

    `claim_before`, `claim_after`: the finding on the claimed date until then, and now.
    """

    id: str
    check: str
    clip: str
    made_at: str
    seen_at: str | None
    headline: str
    claim_before: str | None
    claim_after: str | None
    item_name: str

    @classmethod
    def of(cls, record: Alert) -> "AlertOut":
        return cls(
            id=record.id,
            check=record.check,
            clip=record.clip,
            made_at=record.made_at,
            seen_at=record.seen_at,
            headline=record.headline,
            claim_before=record.claim_before,
            claim_after=record.claim_after,
            item_name=record.item_name,
        )


class AlertsOut(Wire):
    alerts: list[AlertOut]
