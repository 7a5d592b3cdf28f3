"""The events of a streamed answer, and the whole answer that they make."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ._errors import VouchError
from ._fold import Fold
from ._sse import Decoder


class Events:
    """Reads the bytes of a stream; knows what came so far."""

    def __init__(self) -> None:
        self._decoder = Decoder()
        self._fold = Fold()
        self._last: dict[str, Any] | None = None
        #: Whether the stream came to its proper end.
        self.done = False

    @property
    def log_id(self) -> str | None:
        """The id that every event carries."""
        return None if self._last is None else str(self._last["id"])

    def push(self, piece: bytes) -> Iterator[dict[str, Any]]:
        """The events that this piece completes."""
        for data in self._decoder.push(piece):
            if data == "[DONE]":
                self.done = True
                return
            event = json.loads(data)
            if not isinstance(event, dict) or "id" not in event:
                raise VouchError(f"not an event of an answer: {data[:200]}")
            self._last = event
            self._fold.push(event)
            yield event

    def whole(self) -> dict[str, Any]:
        """The answer as it would have come without streaming."""
        if self._last is None:
            raise VouchError("the stream had no event")
        usage = {"usage": self._fold.usage} if self._fold.usage else {}
        return {**self._last, "choices": self._fold.choices, **usage, "raw": self._last}
