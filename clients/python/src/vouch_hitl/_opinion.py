"""From what people think to feedback as it is on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._transport import given

_SHORT = ("thumbs", "score")
_TOLD_ONCE = ("comment", "correction")


def wire_feedback(opinion: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The feedbacks that one opinion stands for.

    `thumbs`, `score` and `name` with `value` are a feedback each; comment and correction go with
    the first. A correction or a comment alone is a feedback on the metric of that name.
    """
    fields = given(opinion)
    values = [{"name": name, "value": fields.pop(name)} for name in _SHORT if name in fields]
    if "name" in fields:
        values.append(given({"name": fields.pop("name"), "value": fields.pop("value", None)}))
    elif "value" in fields:
        raise ValueError("a value needs the name of its metric: pass name, too")
    told = {name: fields.pop(name) for name in _TOLD_ONCE if name in fields}
    if not values:
        name = "correction" if "correction" in told else "comment"
        if name not in told:
            raise ValueError("pass thumbs, score, name and value, a correction, or a comment")
        values = [{"name": name, "value": told.pop(name)}]
    return [{**fields, **value, **(told if i == 0 else {})} for i, value in enumerate(values)]
