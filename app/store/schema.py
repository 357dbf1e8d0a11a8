"""The tables of the store: everything that the service keeps beside the library.

The store is a folder with `desk.db`, `uploads/` (random names) and `lock`. Times are ISO 8601 in
UTC with microseconds, so that text sorts as time does. Ids are random, so that none can be guessed
and the audit log can name things without revealing anything about them; rows that have an order
carry a number of their own for it. Nothing here is tied to SQLite but how the file is opened.
"""

import sqlalchemy as sa
from sqlalchemy import Column, Float, ForeignKey, LargeBinary, Table

from app.database.checksums import SEALED, checksum_column
from app.database.column_types import Integer, Text
from app.database.format import migrations_table

APPLICATION_ID = 0x4653444B  # "FSDK"
SCHEMA_VERSION = 6

metadata = sa.MetaData()

migrations = migrations_table(metadata)

# ---- access

keys = Table(
    "keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("hash", LargeBinary(32), nullable=False, unique=True),  # SHA-256 of the whole key
    Column("scopes", Text, nullable=False),  # names, space between
    Column("created_at", Text, nullable=False),
    Column("revoked_at", Text),
    # Since version 4: when it ends by itself; when it got the present secret, if not with its
    # making; the secret before that, and until when it is good as well.
    Column("expires_at", Text),
    Column("rotated_at", Text),
    Column("old_hash", LargeBinary(32), index=True),
    Column("old_until", Text),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),  # SHA-256 of the cookie's value
    Column("key", ForeignKey("keys.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("csrf_hash", LargeBinary(32), nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
)

# ---- checks

# state: queued, running, done, failed, cancelled. A final one never changes again.
checks = Table(
    "checks",
    metadata,
    Column("number", Integer, primary_key=True),  # order of acceptance
    Column("id", Text, nullable=False, unique=True),
    Column("key", ForeignKey("keys.id"), nullable=False, index=True),
    Column("task", Text, nullable=False),  # check | add | recheck: what a worker has to do
    Column("kind", Text, nullable=False),  # upload | link
    Column("state", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("bytes", Integer),
    Column("sha256", Text, index=True),  # of a link's file once it is here
    Column("url", Text),
    Column("origin", Text),  # JSON: what fetching the link was, once it was fetched
    Column("upload", Text),  # its name below uploads/; null once it is deleted
    Column("claimed_date", Text),
    Column("claimed_place", Text),
    Column("context", Text),  # JSON: how the bytes were obtained, as the sender says
    Column("idempotency_key", Text),
    Column("request_hash", LargeBinary(32)),  # what the idempotency key was used for
    Column("crashes", Integer, nullable=False, default=0),  # of a worker on this check
    Column("interruptions", Integer, nullable=False, default=0),  # of the whole service
    Column("problem", Text),  # JSON, where it failed
    Column("outcome", Text),  # JSON: the clip that was made of the item
    # none | pending | ready
    Column("pictures", Text, nullable=False, default="none", index=True),
    Column("headline", Text),  # of the newest report, for lists
    Column("relation", Text),
    Column("claim_finding", Text),
    Column("first_seen", Text),
    Column("created_at", Text, nullable=False),
    Column("started_at", Text),
    Column("finished_at", Text),
    Column("upload_expires_at", Text),
    Column("expires_at", Text),
    sa.UniqueConstraint("key", "idempotency_key"),
    sqlite_autoincrement=True,
)

# Which of several services works on a check, where they share a server: see app.store.leases.
shared_metadata = sa.MetaData()
leases = Table(
    "leases",
    shared_metadata,
    Column("check", ForeignKey(checks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("service", Text, nullable=False),
    Column("until", Float, nullable=False),  # s since the epoch, by the server's clock
    Column("step", Text, nullable=False),
    Column("share", Float, nullable=False),
)

# One row each time that a check is judged; the newest counts, earlier ones stay.
reports = Table(
    "reports",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("check", ForeignKey("checks.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("made_at", Text, nullable=False),
    Column("cause", Text, nullable=False),  # check | library_grew
    Column("library_clips", Integer),  # how many clips it was compared with
    Column("searched_up_to", Integer),  # the newest clip's number at that time
    Column("report", LargeBinary, nullable=False),  # the complete JSON, zlib
    checksum_column(),  # here and below since version 5
)

# What rechecks need of an item after its upload is gone: its fingerprint with preview frames.
descriptors = Table(
    "descriptors",
    metadata,
    Column("check", ForeignKey("checks.id", ondelete="CASCADE"), primary_key=True),
    Column("space", Text, nullable=False),
    Column("metadata", LargeBinary),  # of the file, in the format of the sandbox's codec
    Column("fingerprint", LargeBinary, nullable=False),  # in the same format
    Column("expires_at", Text),
    checksum_column(),
)

# How far the library was searched for such an item. Since version 2; apart from the large columns,
# because all rows are read whenever the library grew.
searches = Table(
    "searches",
    metadata,
    Column("check", ForeignKey("descriptors.check", ondelete="CASCADE"), primary_key=True),
    Column("searched_up_to", Integer),  # clip number that the newest search reached
    Column("library_change", Text),  # the library's change mark at that time
    # What a later clip has to reach to be compared at all, for the whole frame and for parts of
    # it, as app.store.stored_fingerprints packs it; null where it is not known.
    Column("whole", LargeBinary),
    Column("parts", LargeBinary),
    checksum_column(),
    # Since version 5: how often in a row the comparison failed with clips up to `failed_at_clip`,
    # and when it is tried again.
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failed_at_clip", Integer),
    Column("retry_at", Text),
)

# Redacted evidence frames of a check's newest report.
pictures = Table(
    "pictures",
    metadata,
    Column("check", ForeignKey("checks.id", ondelete="CASCADE"), primary_key=True),
    Column("clip", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("jpeg", LargeBinary, nullable=False),
    checksum_column(),
)

# The rest of each evidence sheet: times, measures, which image is where.
sheets = Table(
    "sheets",
    metadata,
    Column("check", ForeignKey("checks.id", ondelete="CASCADE"), primary_key=True),
    Column("clip", Text, primary_key=True),
    Column("sheet", Text, nullable=False, info=SEALED),  # JSON
    checksum_column(),
)

# What is damaged, by the last `verify`; and what is set aside, as it was. Since version 6.
damage = Table(
    "damage",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("check", ForeignKey("checks.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("what", Text, nullable=False),  # app.store.errors.StoredPart
    Column("clip", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("found_at", Text, nullable=False),
    Column("set_aside", Integer, nullable=False),  # 1: not used any more
    Column("row", LargeBinary),  # JSON with its table, bytes as hex digits, zlib
)

SEALED_TABLES = (reports, descriptors, searches, pictures, sheets)

# ---- what people decide

# Appended only; `withdraws` names the decision that its own author takes back.
decisions = Table(
    "decisions",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("check", Text, nullable=False, index=True),  # may be deleted before
    Column("item_sha256", Text, nullable=False, index=True),
    Column("clip", Text, nullable=False, index=True),
    Column("clip_sha256", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("key_name", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("note", Text, nullable=False),
    # 1: shown on every check of the bytes, not only to who may see `check`. Since version 3.
    Column("note_shared", Integer, nullable=False, server_default="0"),
    Column("withdraws", Text),
    Column("made_at", Text, nullable=False),
    Column("expires_at", Text),
)

alerts = Table(
    "alerts",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("check", ForeignKey("checks.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("clip", Text, nullable=False),
    Column("headline", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("seen_at", Text),
    # The finding on the claimed date in the previous report and in this one. Since version 2.
    Column("claim_before", Text),
    Column("claim_after", Text),
)

# Who may see faces or identifying metadata of one check for a while.
reveals = Table(
    "reveals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("check", ForeignKey("checks.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("key", ForeignKey("keys.id", ondelete="CASCADE"), nullable=False),
    Column("faces", Integer, nullable=False),
    Column("metadata", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", Text, nullable=False),
)

# ---- the audit log, which only grows

# hash = SHA-256 over the row before's hash and this row's fields, in order, length-prefixed.
audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),  # a key's id, or "service", or "cli"
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),  # a random id, or "" where there is none
    Column("detail", Text, nullable=False),  # a word or a number, never a name, hash, link or text
    Column("hash", LargeBinary(32), nullable=False),
)

# A first barrier only: whoever can write to the file can remove it. The chain shows the change.
_NO_CHANGE = "SELECT RAISE(ABORT, 'the audit log only grows')"
for _name, _event in (
    ("audit_keeps_entries", "BEFORE UPDATE ON audit"),
    ("audit_loses_none", "BEFORE DELETE ON audit"),
    (
        "audit_grows_by_one",  # nor does INSERT OR REPLACE change one
        "BEFORE INSERT ON audit WHEN NEW.number IS NOT "
        "(SELECT coalesce(max(number), 0) + 1 FROM audit)",
    ),
):
    sa.event.listen(
        audit,
        "after_create",
        sa.DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER {_name} {_event} BEGIN {_NO_CHANGE}; END"
        ).execute_if(dialect="sqlite"),
    )

_PLPGSQL = (
    """CREATE FUNCTION audit_only_grows() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.number = (SELECT coalesce(max(number), 0) + 1 FROM audit) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit log only grows';
END $$""",
    "CREATE TRIGGER audit_grows_by_one BEFORE INSERT OR UPDATE OR DELETE ON audit "
    "FOR EACH ROW EXECUTE FUNCTION audit_only_grows()",
    "CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()",
)
for _statement in _PLPGSQL:
    sa.event.listen(
        audit,
        "after_create",
        sa.DDL(_statement).execute_if(dialect="postgresql"),  # type: ignore[no-untyped-call]
    )
