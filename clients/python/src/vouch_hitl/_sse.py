"""Server-sent events: the data of each, from pieces of any size."""

from __future__ import annotations

import codecs
from collections.abc import Iterator


class Decoder:
    """Collects lines until an event is whole."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._text = ""
        self._data: list[str] = []

    def push(self, piece: bytes) -> Iterator[str]:
        """The data of the events that this piece completes."""
        text = self._text + self._decode.decode(piece)
        # A carriage return at the end may be the first half of a line's end.
        held = "\r" if text.endswith("\r") else ""
        text = text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")
        *lines, rest = text.split("\n")
        self._text = rest + held
        for line in lines:
            if line:
                self._take(line)
            elif self._data:
                yield "\n".join(self._data)
                self._data = []

    def _take(self, line: str) -> None:
        name, _, value = line.partition(":")
        if name == "data":
            self._data.append(value.removeprefix(" "))
