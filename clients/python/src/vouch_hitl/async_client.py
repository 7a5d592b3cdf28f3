"""The client for programs on an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self, Unpack

import httpx

from . import _calls
from ._background import Background
from ._transport import DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT_S, AsyncTransport, Settings, Transport
from .invoke import AsyncInvokeResult, AsyncInvokeStream, as_answer
from .logs import AsyncLogs
from .models import Feedback, FeedbackKept, FeedbackToken, MetricsAdded
from .types import Deployment, Metrics, NewFeedback


class AsyncVouch:
    """A client of one Vouch server. It belongs to one event loop.

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
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        settings = Settings.of(base_url, api_key, timeout, max_retries)
        self._transport = AsyncTransport(settings, http_client)
        #: The request log.
        self.logs = AsyncLogs(self._transport)
        self._background = Background(lambda: Transport(settings, None), owned=True)

    async def invoke(
        self, key: str, *, timeout: float | None = None, **call: Unpack[Deployment]
    ) -> AsyncInvokeResult:
        """Calls a deployment by its key. A model may take long: `timeout` is ten minutes."""
        came = await self._transport.send(_calls.invoke(key, call, stream=False, timeout=timeout))
        return as_answer(AsyncInvokeResult, came, self)

    async def invoke_stream(
        self, key: str, *, timeout: float | None = None, **call: Unpack[Deployment]
    ) -> AsyncInvokeStream:
        """Calls a deployment by its key, and hands out the answer while it is written."""
        calling = _calls.invoke(key, call, stream=True, timeout=timeout)
        return AsyncInvokeStream(await self._transport.open(calling, stream=True), self)

    async def add_metrics(
        self, log_id: str, *, idempotency_key: str | None = None, **metrics: Unpack[Metrics]
    ) -> MetricsAdded:
        """Adds metrics, metadata and a score to a log, even before it is there."""
        return await self._transport.send(_calls.add_metrics(log_id, metrics, idempotency_key))

    async def feedback(
        self, *, idempotency_key: str | None = None, **feedback: Unpack[NewFeedback]
    ) -> FeedbackKept:
        """Says what someone thinks of a log, a chain or a conversation."""
        return await self.feedback_many([feedback], idempotency_key=idempotency_key)

    async def feedback_many(
        self,
        feedback: Iterable[NewFeedback | Mapping[str, Any]],
        *,
        idempotency_key: str | None = None,
    ) -> FeedbackKept:
        """Gives up to 1,000 feedbacks at once: all of them or none are kept."""
        return await self._transport.send(_calls.feedback(feedback, idempotency_key))

    async def retract(self, feedback_id: str, *, user_id: str | None = None) -> Feedback:
        """Takes a feedback back. It stays readable, but counts no more.

        Its author may do so, and an admin: pass the `user_id` it was given with.
        """
        return await self._transport.send(_calls.retract(feedback_id, user_id))

    async def feedback_token(
        self, log_id: str, *, ttl_s: int | None = None, user_id: str | None = None
    ) -> FeedbackToken:
        """Makes a token with which a browser may give feedback on this log and nothing else.

        It lasts `ttl_s` seconds: 60 to 86,400; three hours where absent.
        """
        return await self._transport.send(_calls.feedback_token(log_id, ttl_s, user_id))

    @property
    def dropped_logs(self) -> int:
        """How many logs of `with_logging` were lost; the logger `vouch_hitl` said why."""
        return self._background.dropped

    async def flush(self, timeout: float = 10.0) -> bool:
        """Waits until the logs of `with_logging` are sent; whether they were, in time."""
        return await asyncio.to_thread(self._background.flush, timeout)

    async def close(self) -> None:
        """Sends what `with_logging` has left, and closes the connections."""
        await asyncio.to_thread(self._background.close)
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
