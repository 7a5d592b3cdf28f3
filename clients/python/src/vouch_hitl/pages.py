"""Lists that come in pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list."""

    items: list[T]
    #: Where the next page begins; `None` on the last.
    next_cursor: str | None


class Pages(Generic[T]):
    """A list, fetched page by page while one iterates over its items."""

    def __init__(self, fetch: Callable[[str | None], Any], read: Callable[[Any], T]) -> None:
        self._fetch = fetch
        self._read = read

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.items

    def pages(self) -> Iterator[Page[T]]:
        """The same, a page at a time."""
        cursor = None
        while True:
            page = _page(self._fetch(cursor), self._read)
            yield page
            cursor = page.next_cursor
            if cursor is None:
                return


class AsyncPages(Generic[T]):
    """A list, fetched page by page while one iterates over its items."""

    def __init__(
        self, fetch: Callable[[str | None], Awaitable[Any]], read: Callable[[Any], T]
    ) -> None:
        self._fetch = fetch
        self._read = read

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page.items:
                yield item

    async def pages(self) -> AsyncIterator[Page[T]]:
        """The same, a page at a time."""
        cursor = None
        while True:
            page = _page(await self._fetch(cursor), self._read)
            yield page
            cursor = page.next_cursor
            if cursor is None:
                return


def _page(came: Any, read: Callable[[Any], T]) -> Page[T]:
    return Page([read(item) for item in came["items"]], came.get("next_cursor"))
