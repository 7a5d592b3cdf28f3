"""One call of a model: what was asked, what came, how long it took."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec, cast

from .._background import Background
from .._fold import Fold, has_text
from ..ids import new_log_id

P = ParamSpec("P")
Json = dict[str, Any]

_diagnostics = logging.getLogger("vouch_hitl")
#: What is no parameter of the model.
_NOT_PARAMETERS = ("messages", "model", "metadata", "user", "stream", "stream_options", "timeout")
_EXTRAS = ("extra_headers", "extra_query", "extra_body")


def guarded(act: Callable[P, None]) -> Callable[P, None]:
    """What goes wrong here stays here: the application's call must not fail for its log."""

    @wraps(act)
    def safely(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            act(*args, **kwargs)
        except Exception:
            _diagnostics.warning("a call could not be logged", exc_info=True)

    return safely


class Record:
    """Becomes a log when the call ends, however it ends, and only once."""

    def __init__(
        self, background: Background, asked: Json, headers: Mapping[str, str], base: Json
    ) -> None:
        self.log_id = headers.get("x-vouch-log-id") or new_log_id()
        self._background = background
        self._asked = asked
        self._headers = headers
        self._base = base
        self._created_at = datetime.now(UTC)
        self._began_s = time.perf_counter()
        self._first_s: float | None = None
        self._chunks: list[Any] = []
        self._ended = False

    @guarded
    def chunk(self, chunk: Any) -> None:
        """A piece of the answer came."""
        if self._first_s is None and has_text(dump(chunk)):
            self._first_s = time.perf_counter()
        self._chunks.append(chunk)

    @guarded
    def answered(self, completion: Any) -> None:
        """The whole answer came at once."""

        def log() -> Json:
            # Its fields have the shape of one chunk with everything in it.
            return self._answer([completion], "completed", None)

        self._end(log)

    @guarded
    def stream_ended(self) -> None:
        """The stream came to its end."""
        error = {"kind": "interrupted", "message": "the stream ended before the answer did"}
        self._end(lambda: self._answer(self._chunks, "failed", error))

    @guarded
    def stream_broke(self, error: BaseException) -> None:
        """The stream broke, or the caller was interrupted in it."""
        if not isinstance(error, Exception):
            return self.cancelled()
        why = failure(error, began=True)
        self._end(lambda: self._answer(self._chunks, "failed", why))

    @guarded
    def cancelled(self) -> None:
        """The application wanted no more of it."""
        self._end(lambda: self._answer(self._chunks, "cancelled", None))

    @guarded
    def failed(self, error: BaseException) -> None:
        """There is no answer."""
        if completion := getattr(error, "completion", None):
            # It came, but is not what was to be parsed.
            return self.answered(completion)
        if not isinstance(error, Exception):
            return self.cancelled()
        if isinstance(error, TypeError):
            # Wrong arguments: there was no call.
            self._ended = True
            return
        why = failure(error, began=False)
        self._end(lambda: self._answer([], "failed", why))

    def _end(self, log: Callable[[], Json]) -> None:
        if self._ended:
            return
        self._ended = True
        self._latency_ms = 1e3 * (time.perf_counter() - self._began_s)
        self._background.put(log)

    def _answer(self, chunks: list[Any], status: str, error: Json | None) -> Json:
        """The log; an answer whose choices all ended is complete, whatever came after."""
        fold = Fold()
        for chunk in chunks:
            fold.push(dump(chunk))
        whole = status == "completed" or fold.ended
        performance = {"latency": self._latency_ms}
        if self._first_s is not None:
            performance["time_to_first_token"] = 1e3 * (self._first_s - self._began_s)
        fields = {
            **self._request(),
            "id": self.log_id,
            "created_at": self._created_at,
            "status": "completed" if whole else status,
            "choices": fold.choices,
            "usage": fold.usage,
            "performance": performance,
            "logprobs": [_token(one) for one in fold.logprobs] or None,
            "error": None if whole else error,
        }
        return {name: value for name, value in fields.items() if value is not None}

    def _request(self) -> Json:
        asked = {**self._asked, **(self._asked.get("extra_body") or {})}
        kept = {name: v for name, v in asked.items() if name not in _NOT_PARAMETERS + _EXTRAS}
        header = self._headers.get
        metadata = {**self._base["metadata"], **(asked.get("metadata") or {})}
        return {
            "messages": asked.get("messages") or [],
            "model": asked.get("model"),
            "provider": self._base["provider"],
            "parameters": kept,
            "metadata": {**metadata, **json.loads(header("x-vouch-metadata") or "{}")},
            "chain_id": header("x-vouch-chain-id"),
            "conversation_id": header("x-vouch-conversation-id"),
            "user_id": header("x-vouch-user-id") or asked.get("user"),
        }


def dump(part: Any) -> Json:
    """The JSON of an object of the `openai` client."""
    if isinstance(part, dict):
        return cast(Json, part)
    return cast(Json, part.model_dump(mode="json", exclude_unset=True, warnings=False))


def failure(error: Exception, *, began: bool) -> Json:
    """Why a call failed, as a log says it."""
    status = getattr(error, "status_code", None)
    names = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(status, int):
        return {"kind": "upstream", "status": status, "message": str(error)}
    if began:
        # An event that says what went wrong has a body; a broken connection has none.
        kind = "upstream" if getattr(error, "body", None) else "interrupted"
    else:
        kind = "unreachable" if "APIConnectionError" in names else "rejected"
    return {"kind": kind, "message": str(error) or type(error).__name__}


def _token(came: Mapping[str, Any]) -> Json:
    likely = [
        {"token": one["token"], "logprob": one["logprob"]} for one in came.get("top_logprobs") or []
    ]
    token = {"token": came["token"], "logprob": came["logprob"], "bytes": came.get("bytes")}
    return {**{name: v for name, v in token.items() if v is not None}, "top_logprobs": likely}
