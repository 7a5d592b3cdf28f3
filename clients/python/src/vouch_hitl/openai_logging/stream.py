"""Streams and raw answers of the `openai` client that tell a record what passes."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from .record import Record


class _Stands:
    """Stands for an object of the `openai` client: the same in all but what is logged."""

    def __init__(self, inner: Any, record: Record) -> None:
        self._inner = inner
        self._record = record
        self._vouch_log_id = record.log_id

    def __getattr__(self, name: str) -> Any:
        if name in ("_inner", "_record"):
            # Not made yet: a copy in the making.
            raise AttributeError(name)
        return getattr(self._inner, name)

    # `isinstance` sees the class of what this stands for.
    @property  # type: ignore[misc]
    def __class__(self) -> type[Any]:
        return type(self._inner)


class _Response(_Stands):
    """The stream's HTTP response: the `openai` client's helpers close it directly."""

    def close(self) -> None:
        self._inner.close()
        self._record.cancelled()

    async def aclose(self) -> None:
        await self._inner.aclose()
        self._record.cancelled()


class _AnyStream(_Stands):
    def __init__(self, inner: Any, record: Record, *, hide_usage: bool) -> None:
        super().__init__(inner, record)
        self._hide_usage = hide_usage

    @property
    def response(self) -> Any:
        return _Response(self._inner.response, self._record)

    def _shows(self, chunk: Any) -> bool:
        """Whether the application sees this chunk: not the usage that we asked for."""
        self._record.chunk(chunk)
        return not (self._hide_usage and chunk.usage is not None and not chunk.choices)

    def __del__(self) -> None:
        # Let go of before its end.
        self._record.cancelled()


class LoggedStream(_AnyStream):
    """An `openai.Stream` of chunks."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        while True:
            try:
                chunk = next(self._inner)
            except StopIteration:
                self._record.stream_ended()
                raise
            except BaseException as error:
                self._record.stream_broke(error)
                raise
            if self._shows(chunk):
                return chunk

    def close(self) -> None:
        """Closes the stream; an unfinished answer is logged as cancelled."""
        self._inner.close()
        self._record.cancelled()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class LoggedAsyncStream(_AnyStream):
    """An `openai.AsyncStream` of chunks."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        while True:
            try:
                chunk = await anext(self._inner)
            except StopAsyncIteration:
                self._record.stream_ended()
                raise
            except BaseException as error:
                self._record.stream_broke(error)
                raise
            if self._shows(chunk):
                return chunk

    async def close(self) -> None:
        """Closes the stream; an unfinished answer is logged as cancelled."""
        await self._inner.close()
        self._record.cancelled()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


class LoggedRaw(_Stands):
    """What `with_raw_response` gives for a stream: `parse` hands out a logged one."""

    def __init__(self, inner: Any, record: Record, stream: _AnyStream) -> None:
        super().__init__(inner, record)
        self._stream = stream

    def parse(self, **kwargs: Any) -> Any:
        """The stream, or what `to` asks for."""
        return self._inner.parse(**kwargs) if kwargs else self._stream
