"""The request log: sending logs in, reading them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, Unpack

from . import _calls
from ._transport import AsyncTransport, Transport
from .models import Log, LogSummary, log_summary
from .pages import AsyncPages, Pages
from .types import LogFilters, NewLog

#: `list` is a method here.
_Ids: TypeAlias = list[str]


class Logs:
    """`vouch.logs`: send, get, list."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def send(self, *, idempotency_key: str | None = None, **log: Unpack[NewLog]) -> str:
        """Sends one log in; its id."""
        return self.send_many([log], idempotency_key=idempotency_key)[0]

    def send_many(
        self,
        logs: Iterable[NewLog | Mapping[str, Any]],
        *,
        idempotency_key: str | None = None,
    ) -> _Ids:
        """Sends up to 1,000 logs in, all or none; their ids in the same order."""
        return self._transport.send(_calls.send_logs(logs, idempotency_key))

    def get(self, log_id: str) -> Log:
        """One log with its feedback and the history of its metadata."""
        return self._transport.send(_calls.get_log(log_id))

    def list(
        self,
        *,
        page_size: int | None = None,
        extra_query: Mapping[str, Any] | None = None,
        **filters: Unpack[LogFilters],
    ) -> Pages[LogSummary]:
        """Logs, newest first, fetched page by page.

        `page_size` is 1 to 200. `extra_query` passes on query parameters that a newer server
        knows and this client does not.
        """

        def fetch(cursor: str | None) -> Any:
            call = _calls.list_logs(
                filters, page_size=page_size, cursor=cursor, extra_query=extra_query
            )
            return self._transport.send(call)

        return Pages(fetch, log_summary)


class AsyncLogs:
    """`vouch.logs`: send, get, list."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def send(self, *, idempotency_key: str | None = None, **log: Unpack[NewLog]) -> str:
        """Sends one log in; its id."""
        return (await self.send_many([log], idempotency_key=idempotency_key))[0]

    async def send_many(
        self,
        logs: Iterable[NewLog | Mapping[str, Any]],
        *,
        idempotency_key: str | None = None,
    ) -> _Ids:
        """Sends up to 1,000 logs in, all or none; their ids in the same order."""
        return await self._transport.send(_calls.send_logs(logs, idempotency_key))

    async def get(self, log_id: str) -> Log:
        """One log with its feedback and the history of its metadata."""
        return await self._transport.send(_calls.get_log(log_id))

    def list(
        self,
        *,
        page_size: int | None = None,
        extra_query: Mapping[str, Any] | None = None,
        **filters: Unpack[LogFilters],
    ) -> AsyncPages[LogSummary]:
        """Logs, newest first, fetched page by page.

        `page_size` is 1 to 200. `extra_query` passes on query parameters that a newer server
        knows and this client does not.
        """

        async def fetch(cursor: str | None) -> Any:
            call = _calls.list_logs(
                filters, page_size=page_size, cursor=cursor, extra_query=extra_query
            )
            return await self._transport.send(call)

        return AsyncPages(fetch, log_summary)
