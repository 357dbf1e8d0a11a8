"""The base of the wire format: a frozen record that refuses fields it does not know."""

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
