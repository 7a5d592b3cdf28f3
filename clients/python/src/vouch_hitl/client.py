"""The client for programs without an event loop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self, Unpack

import httpx

from . import _calls
from ._background import Background
from ._transport import DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT_S, Settings, Transport
from .invoke import InvokeResult, InvokeStream, as_answer
from .logs import Logs
from .models import Feedback, FeedbackKept, FeedbackToken, MetricsAdded
from .types import Deployment, Metrics, NewFeedback


class Vouch:
    """A client of one Vouch server. Threads may share it.

    `base_url` and `api_key` come from `VOUCH_BASE_URL` and `VOUCH_API_KEY` where absent.
    `timeout` is the longest wait for the server to say something, in seconds. Attempts that fail
    for now (408, 429, 5xx, no connection) are made again up to `max_retries` times; those of
    `invoke` only where no model was asked.
    """

    def __init__(
        self,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        timeout: float = DEFAULT_TIMEOUT_S,
        max_retries: int = DEFAULT_MAX_RETRIES,
        http_client: httpx.Client | None = None,
    ) -> None:
        settings = Settings.of(base_url, api_key, timeout, max_retries)
        self._transport = Transport(settings, http_client)
        #: The request log.
        self.logs = Logs(self._transport)
        self._background = Background(lambda: self._transport, owned=False)

    def invoke(
        self, key: str, *, timeout: float | None = None, **call: Unpack[Deployment]
    ) -> InvokeResult:
        """Calls a deployment by its key. A model may take long: `timeout` is ten minutes."""
        came = self._transport.send(_calls.invoke(key, call, stream=False, timeout=timeout))
        return as_answer(InvokeResult, came, self)

    def invoke_stream(
        self, key: str, *, timeout: float | None = None, **call: Unpack[Deployment]
    ) -> InvokeStream:
        """Calls a deployment by its key, and hands out the answer while it is written."""
        calling = _calls.invoke(key, call, stream=True, timeout=timeout)
        return InvokeStream(self._transport.open(calling, stream=True), self)

    def add_metrics(
        self, log_id: str, *, idempotency_key: str | None = None, **metrics: Unpack[Metrics]
    ) -> MetricsAdded:
        """Adds metrics, metadata and a score to a log, even before it is there."""
        return self._transport.send(_calls.add_metrics(log_id, metrics, idempotency_key))

    def feedback(
        self, *, idempotency_key: str | None = None, **feedback: Unpack[NewFeedback]
    ) -> FeedbackKept:
        """Says what someone thinks of a log, a chain or a conversation."""
        return self.feedback_many([feedback], idempotency_key=idempotency_key)

    def feedback_many(
        self,
        feedback: Iterable[NewFeedback | Mapping[str, Any]],
        *,
        idempotency_key: str | None = None,
    ) -> FeedbackKept:
        """Gives up to 1,000 feedbacks at once: all of them or none are kept."""
        return self._transport.send(_calls.feedback(feedback, idempotency_key))

    def retract(self, feedback_id: str, *, user_id: str | None = None) -> Feedback:
        """Takes a feedback back. It stays readable, but counts no more.

        Its author may do so, and an admin: pass the `user_id` it was given with.
        """
        return self._transport.send(_calls.retract(feedback_id, user_id))

    def feedback_token(
        self, log_id: str, *, ttl_s: int | None = None, user_id: str | None = None
    ) -> FeedbackToken:
        """Makes a token with which a browser may give feedback on this log and nothing else.

        It lasts `ttl_s` seconds: 60 to 86,400; three hours where absent.
        """
        return self._transport.send(_calls.feedback_token(log_id, ttl_s, user_id))

    @property
    def dropped_logs(self) -> int:
        """How many logs of `with_logging` were lost; the logger `vouch_hitl` said why."""
        return self._background.dropped

    def flush(self, timeout: float = 10.0) -> bool:
        """Waits until the logs of `with_logging` are sent; whether they were, in time."""
        return self._background.flush(timeout)

    def close(self) -> None:
        """Sends what `with_logging` has left, and closes the connections."""
        self._background.close()
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
