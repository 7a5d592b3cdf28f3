"""Putting the pieces of a streamed answer together, whether they are messages or deltas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

Json = dict[str, Any]

#: Where the words of a model are.
_SAID = ("content", "tool_calls", "refusal", "reasoning_content")


class Fold:
    """The choices of a stream so far, in OpenAI's shape."""

    def __init__(self) -> None:
        self._choices: dict[int, Json] = {}
        self.usage: Json | None = None
        #: The log-probabilities of the first choice.
        self.logprobs: list[Json] = []

    def push(self, chunk: Mapping[str, Any]) -> None:
        """Adds one chunk."""
        usage = chunk.get("usage")
        if isinstance(usage, dict):
            self.usage = cast(Json, usage)
        for piece in cast("list[Json]", chunk.get("choices") or []):
            self._push_choice(piece)

    @property
    def choices(self) -> list[Json]:
        """The choices by their index."""
        return [_whole(self._choices[index]) for index in sorted(self._choices)]

    @property
    def ended(self) -> bool:
        """Whether every choice said why it ended."""
        return bool(self._choices) and all(
            choice["finish_reason"] is not None for choice in self._choices.values()
        )

    def _push_choice(self, piece: Json) -> None:
        index = int(piece.get("index") or 0)
        empty: Json = {"index": index, "message": {"role": "assistant"}, "finish_reason": None}
        choice = self._choices.setdefault(index, empty)
        if piece.get("finish_reason") is not None:
            choice["finish_reason"] = piece["finish_reason"]
        if index == 0:
            self.logprobs += (piece.get("logprobs") or {}).get("content") or []
        said = cast(Json, piece.get("delta") or piece.get("message") or {})
        for name, value in said.items():
            _merge(choice["message"], name, value)


def has_text(chunk: Mapping[str, Any]) -> bool:
    """Whether the chunk brings something that the model said."""
    for piece in cast("list[Json]", chunk.get("choices") or []):
        said = piece.get("delta") or piece.get("message") or {}
        if any(said.get(name) for name in _SAID):
            return True
    return False


def _whole(choice: Json) -> Json:
    """The choice without the indexes that only pieces of tool calls have."""
    message: Json = dict(choice["message"])
    if message.get("tool_calls"):
        calls = cast("list[Json]", message["tool_calls"])
        message["tool_calls"] = [{k: v for k, v in one.items() if k != "index"} for one in calls]
    return {**choice, "message": message}


def _merge(message: Json, name: str, value: Any) -> None:
    if value is None:
        message.setdefault(name, None)
    elif name == "tool_calls" and isinstance(value, list):
        calls = cast("list[Json]", message.get(name) or [])
        for piece in cast("list[Json]", value):
            _merge_call(calls, piece)
        message[name] = calls
    elif name not in ("role", "type") and isinstance(value, str):
        message[name] = (message.get(name) or "") + value
    else:
        message[name] = value


def _merge_call(calls: list[Json], piece: Json) -> None:
    """A tool call comes in pieces: the first with its id and name, all with arguments."""
    index = piece.get("index")
    call = next((call for call in calls if call.get("index") == index), None)
    if call is None or index is None:
        function = {"function": dict(piece["function"])} if piece.get("function") else {}
        calls.append({**piece, **function})
        return
    for name in ("id", "type"):
        if piece.get(name):
            call[name] = piece[name]
    function = call.setdefault("function", {})
    for name, text in (piece.get("function") or {}).items():
        function[name] = (function.get(name) or "") + (text or "")
