"""The answers of deployments, whole or streamed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

import httpx

from ._decode import decode
from ._errors import APIConnectionError, APITimeoutError, StreamBrokenError
from ._stream import Events
from .models import Choice, FeedbackKept, MetricsAdded, Usage
from .types import Metrics, Opinion

if TYPE_CHECKING:
    from .async_client import AsyncVouch
    from .client import Vouch


@dataclass(frozen=True, slots=True, kw_only=True)
class InvokeChunk:
    """A piece of a streamed answer."""

    #: The id of the answer, which is its log's.
    id: str
    #: Each message holds what is new.
    choices: list[Choice]
    is_final: bool = False
    #: In the last chunk, where the provider tells it.
    usage: Usage | None = None

    @property
    def text(self) -> str:
        """What is new of the first choice's text."""
        return self.choices[0].text if self.choices else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a deployment answered."""

    id: str
    created: datetime
    model: str
    provider: str
    choices: list[Choice]
    usage: Usage | None = None
    #: The answer of the server as it came; of a stream, its last event.
    raw: dict[str, Any] = field(repr=False)

    @property
    def log_id(self) -> str:
        """The log of this call: what metrics and feedback are about."""
        return self.id

    @property
    def text(self) -> str:
        """The text of the first choice."""
        return self.choices[0].text if self.choices else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvokeResult(Answer):
    """What a deployment answered, and what can be said about it."""

    client: Vouch = field(repr=False, compare=False)

    def add_metrics(
        self, *, idempotency_key: str | None = None, **metrics: Unpack[Metrics]
    ) -> MetricsAdded:
        """Adds metrics, metadata and a score to this answer's log."""
        return self.client.add_metrics(self.log_id, idempotency_key=idempotency_key, **metrics)

    def feedback(
        self, *, idempotency_key: str | None = None, **opinion: Unpack[Opinion]
    ) -> FeedbackKept:
        """Says what someone thinks of this answer."""
        about = {**opinion, "log_id": self.log_id}
        return self.client.feedback_many([about], idempotency_key=idempotency_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsyncInvokeResult(Answer):
    """What a deployment answered, and what can be said about it."""

    client: AsyncVouch = field(repr=False, compare=False)

    async def add_metrics(
        self, *, idempotency_key: str | None = None, **metrics: Unpack[Metrics]
    ) -> MetricsAdded:
        """Adds metrics, metadata and a score to this answer's log."""
        added = self.client.add_metrics(self.log_id, idempotency_key=idempotency_key, **metrics)
        return await added

    async def feedback(
        self, *, idempotency_key: str | None = None, **opinion: Unpack[Opinion]
    ) -> FeedbackKept:
        """Says what someone thinks of this answer."""
        about = {**opinion, "log_id": self.log_id}
        return await self.client.feedback_many([about], idempotency_key=idempotency_key)


A = TypeVar("A", InvokeResult, AsyncInvokeResult)


def as_answer(into: type[A], came: dict[str, Any], client: Any) -> A:
    """Reads an answer, and ties it to the client that asked."""
    read = decode(Answer, {"raw": came, **came})
    return into(client=client, **{f.name: getattr(read, f.name) for f in fields(Answer)})


class _Stream:
    """What the streams of both clients have in common."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._events = Events()

    @property
    def log_id(self) -> str | None:
        """The log of this call, once the first chunk has come."""
        return self._events.log_id

    def _broken(self, why: Exception | str) -> APIConnectionError:
        if isinstance(why, httpx.TimeoutException):
            return APITimeoutError(f"the stream fell silent: {why}")
        return StreamBrokenError(f"the stream broke off: {why}", log_id=self.log_id)


class InvokeStream(_Stream):
    """A streamed answer: iterate over its chunks, in a `with` block or to the end."""

    def __init__(self, response: httpx.Response, client: Vouch) -> None:
        super().__init__(response)
        self._client = client
        self._chunks = self._read()

    def __iter__(self) -> Iterator[InvokeChunk]:
        return self

    def __next__(self) -> InvokeChunk:
        return next(self._chunks)

    def collect(self) -> InvokeResult:
        """Reads what is left; the whole answer."""
        for _ in self:
            pass
        return as_answer(InvokeResult, self._events.whole(), self._client)

    def close(self) -> None:
        """Ends the stream; the server logs an unfinished one as cancelled."""
        self._response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _read(self) -> Iterator[InvokeChunk]:
        try:
            for piece in self._response.iter_bytes():
                for chunk in self._events.push(piece):
                    yield decode(InvokeChunk, chunk)
                if self._events.done:
                    return
        except (httpx.TransportError, httpx.StreamError) as error:
            raise self._broken(error) from error
        finally:
            self._response.close()
        raise self._broken("it has no end")


class AsyncInvokeStream(_Stream):
    """A streamed answer: iterate over its chunks, in an `async with` block or to the end."""

    def __init__(self, response: httpx.Response, client: AsyncVouch) -> None:
        super().__init__(response)
        self._client = client
        self._chunks = self._read()

    def __aiter__(self) -> AsyncIterator[InvokeChunk]:
        return self

    async def __anext__(self) -> InvokeChunk:
        return await anext(self._chunks)

    async def collect(self) -> AsyncInvokeResult:
        """Reads what is left; the whole answer."""
        async for _ in self:
            pass
        return as_answer(AsyncInvokeResult, self._events.whole(), self._client)

    async def close(self) -> None:
        """Ends the stream; the server logs an unfinished one as cancelled."""
        await self._response.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _read(self) -> AsyncIterator[InvokeChunk]:
        try:
            async for piece in self._response.aiter_bytes():
                for chunk in self._events.push(piece):
                    yield decode(InvokeChunk, chunk)
                if self._events.done:
                    return
        except (httpx.TransportError, httpx.StreamError) as error:
            raise self._broken(error) from error
        finally:
            await self._response.aclose()
        raise self._broken("it has no end")
