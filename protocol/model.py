"""The base of everything on the wire: frozen, strict, and closed to unknown fields."""

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """A message or a part of one. What exists is valid; what is unknown is refused."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", ser_json_inf_nan="null")
