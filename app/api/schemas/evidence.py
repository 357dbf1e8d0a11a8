"""The wire format of evidence frames, and of the reveals that show more of them."""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, WithJsonSchema

from app.api.schemas.wire_record import Wire
from app.evidence.evidence_sheet import EvidenceSheet
from app.store.evidence_sheets import MESSAGES

MAX_REASON_CHARS = 500

type Json = dict[str, Any]


def _sheet_schema() -> Json:
    """EvidenceSheet as it is sent: images are paths, pairs have an index, problems are texts."""
    schema = TypeAdapter(EvidenceSheet).json_schema(mode="serialization")
    definitions = schema.pop("$defs")
    definitions["Pair"]["properties"] |= {"index": {"type": "integer"}}
    schema["properties"] |= {
        "problems": {"type": "array", "items": {"type": "string"}},
        MESSAGES: {"type": "array", "items": {"type": "object"}},
    }

    def sent(part: Any) -> Any:
        if isinstance(part, list):
            return [sent(inner) for inner in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return sent(definitions[part["$ref"].rpartition("/")[2]])
        if part.get("format") == "binary":
            return {"type": "string", "description": "The path of a JPEG."}
        return {name: sent(inner) for name, inner in part.items() if name != "default"}

    described: Json = sent(schema)
    return described


# The evidence frames of one match. Its fields are those of EvidenceSheet, listed nowhere else.
SheetOut = Annotated[Json, WithJsonSchema(_sheet_schema())]


class PicturesOut(Wire):
    """By clip id, once they are `ready`."""

    state: Literal["none", "pending", "ready"]
    matches: dict[str, SheetOut]


class RevealIn(Wire):
    """What to show of one item, and why."""

    faces: bool = False
    metadata: bool = False
    reason: str = Field(min_length=1, max_length=MAX_REASON_CHARS, examples=["compare the badge"])


class RevealOut(Wire):
    until: str
