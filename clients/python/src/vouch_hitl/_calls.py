"""The calls of the API, whoever sends them: what goes out, and how the answer is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from ._decode import decode
from ._opinion import wire_feedback
from ._transport import INVOKE_TIMEOUT_S, Call, given
from .models import Feedback, FeedbackKept, FeedbackToken, Log, MetricsAdded, log
from .types import Deployment, LogFilters, Metrics, NewFeedback, NewLog

_LOGS = "/api/v1/logs"


def _log_path(log_id: str, rest: str = "") -> str:
    return f"{_LOGS}/{quote(log_id, safe='')}{rest}"


def invoke(key: str, fields: Deployment, *, stream: bool, timeout: float | None) -> Call[Any]:
    """Calls a deployment. A model that may be at it already is not called a second time."""
    return Call(
        method="POST",
        path="/v2/deployments/stream" if stream else "/v2/deployments/invoke",
        body={"key": key, **given(fields)},
        read=lambda came: came,
        timeout_s=INVOKE_TIMEOUT_S if timeout is None else timeout,
        repeatable=False,
    )


def add_metrics(log_id: str, fields: Metrics, idempotency_key: str | None) -> Call[MetricsAdded]:
    """Adds to a log."""
    return Call(
        method="POST",
        path=_log_path(log_id, "/metrics"),
        body=given(fields),
        read=lambda came: decode(MetricsAdded, came),
        idempotency_key=idempotency_key,
    )


def feedback(
    many: Iterable[NewFeedback | Mapping[str, Any]], idempotency_key: str | None
) -> Call[FeedbackKept]:
    """Gives feedback: all of it or none is kept."""
    return Call(
        method="POST",
        path="/api/v1/feedback",
        body={"feedback": [wire for one in many for wire in wire_feedback(one)]},
        read=lambda came: decode(FeedbackKept, came),
        idempotency_key=idempotency_key,
    )


def retract(feedback_id: str, user_id: str | None) -> Call[Feedback]:
    """Takes a feedback back."""
    return Call(
        method="POST",
        path=f"/api/v1/feedback/{quote(feedback_id, safe='')}/retract",
        body=given({"user_id": user_id}),
        read=lambda came: decode(Feedback, came),
    )


def feedback_token(log_id: str, ttl_s: int | None, user_id: str | None) -> Call[FeedbackToken]:
    """Makes a token for a browser."""
    return Call(
        method="POST",
        path=_log_path(log_id, "/feedback-token"),
        body=given({"ttl_s": ttl_s, "user_id": user_id}),
        read=lambda came: decode(FeedbackToken, came),
    )


def send_logs(
    logs: Iterable[NewLog | Mapping[str, Any]], idempotency_key: str | None
) -> Call[list[str]]:
    """Sends logs in: all or none."""
    return Call(
        method="POST",
        path=_LOGS,
        body={"logs": [given(one) for one in logs]},
        read=lambda came: list(came["ids"]),
        idempotency_key=idempotency_key,
    )


def get_log(log_id: str) -> Call[Log]:
    """One log with its feedback."""
    return Call(method="GET", path=_log_path(log_id), read=log)


def list_logs(
    filters: LogFilters,
    *,
    page_size: int | None,
    cursor: str | None,
    extra_query: Mapping[str, Any] | None,
) -> Call[Any]:
    """One page of logs."""
    query = dict(given(filters))
    for ours, theirs in (("from_date", "from"), ("to_date", "to")):
        if ours in query:
            query[theirs] = query.pop(ours)
    query = {name: _query_text(value) for name, value in query.items()}
    paging = given({"limit": page_size, "cursor": cursor})
    return Call(
        method="GET",
        path=_LOGS,
        query={**query, **(extra_query or {}), **paging},
        read=lambda came: came,
    )


def _query_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
