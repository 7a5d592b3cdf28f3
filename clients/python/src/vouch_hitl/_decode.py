"""From JSON to dataclasses."""

from __future__ import annotations

import types
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from ._errors import VouchError

T = TypeVar("T")


def decode(into: type[T], came: Any) -> T:
    """Reads an object into a dataclass; what the class does not know is left out."""
    if not isinstance(came, dict):
        raise VouchError(f"the server's answer is not the JSON of a {into.__name__}")
    found: dict[str, Any] = {}
    for name, hint, needed in _shape(cast(Any, into)):
        if name in came:
            found[name] = _value(hint, came[name])
        elif needed:
            raise VouchError(f"the server's answer has no `{name}`: it is not a {into.__name__}")
    return into(**found)


@cache
def _shape(into: Any) -> tuple[tuple[str, Any, bool], ...]:
    """The fields of a dataclass: name, type, and whether it must be there."""
    hints = get_type_hints(into)

    def needed(field: Field[Any]) -> bool:
        return field.default is MISSING and field.default_factory is MISSING

    return tuple((field.name, hints[field.name], needed(field)) for field in fields(into))


def _value(hint: Any, came: Any) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        # Only `X | None` is used.
        kinds = [kind for kind in inner if kind is not type(None)]
        return None if came is None else _value(kinds[0], came)
    if origin is list and isinstance(came, list):
        return [_value(inner[0], item) for item in came]
    if hint is datetime and isinstance(came, str):
        return datetime.fromisoformat(came)
    if is_dataclass(hint):
        return decode(cast("type[Any]", hint), came)
    return came
