"""Streamed answers, cut anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from stub import Stub, events, ok, problem

from vouch_hitl import APITimeoutError, NotFoundError, StreamBrokenError
from vouch_hitl._fold import Fold
from vouch_hitl._sse import Decoder


def streamed(*pieces: str, end: bool = True) -> Stub:
    return Stub(httpx.Response(200, content=events(*pieces, end=end)), ok({"success": True}))


def test_chunks_come_one_by_one_and_make_a_whole() -> None:
    stub = streamed("Hel", "lo", "")
    with stub.client().invoke_stream("assistant", inputs={"a": 1}) as stream:
        texts = [chunk.text for chunk in stream]
        answer = stream.collect()
    assert texts == ["Hel", "lo", ""]
    assert (answer.text, answer.log_id, stream.log_id) == ("Hello", "log_1", "log_1")
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 2
    assert stub.requests[0].url.path == "/v2/deployments/stream"
    assert stub.requests[0].headers["accept"] == "text/event-stream"


def test_collect_reads_what_is_left() -> None:
    stream = streamed("Hel", "lo").client().invoke_stream("assistant")
    assert next(stream).text == "Hel"
    assert stream.collect().text == "Hello"


def test_a_stream_that_breaks_says_so() -> None:
    stream = streamed("Hel", end=False).client().invoke_stream("assistant")
    with pytest.raises(StreamBrokenError) as caught:
        stream.collect()
    assert caught.value.log_id == "log_1"


def test_a_stream_that_falls_silent_says_so() -> None:
    def silent() -> Iterator[bytes]:
        yield from events("Hel", end=False)
        raise httpx.ReadTimeout("nothing for a while")

    stream = Stub(httpx.Response(200, content=silent())).client().invoke_stream("assistant")
    with pytest.raises(APITimeoutError, match="silent"):
        stream.collect()


def test_a_refused_stream_is_an_ordinary_error() -> None:
    stub = Stub(problem(404, message="there is no model x", error="No such model"))
    with pytest.raises(NotFoundError, match="there is no model x"):
        stub.client().invoke_stream("x")


def test_the_async_stream() -> None:
    async def content() -> AsyncIterator[bytes]:
        for piece in events("Hel", "lo"):
            yield piece

    async def run() -> tuple[list[str], str]:
        stub = Stub(httpx.Response(200, content=content()))
        async with await stub.async_client().invoke_stream("assistant") as stream:
            texts = [chunk.text async for chunk in stream]
            return texts, (await stream.collect()).text

    assert asyncio.run(run()) == (["Hel", "lo"], "Hello")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_events_survive_any_cut(ending: str, size: int) -> None:
    lines = [": comment", "event: x", "data: é1", "data:2", "", "id: 7", "data: 3", "", ""]
    raw = ending.join(lines).encode()
    decoder = Decoder()
    cuts = (raw[at : at + size] for at in range(0, len(raw), size))
    seen = [data for cut in cuts for data in decoder.push(cut)]
    assert seen[:1] == ["é1\n2"]
    # A lone carriage return at the very end waits for its line feed.
    assert seen == ["é1\n2", "3"] or ending == "\r"


def test_tool_calls_are_put_together() -> None:
    def delta(index: int, **call: Any) -> dict[str, Any]:
        return {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": index, **call}]}}]}

    fold = Fold()
    fold.push({"choices": [{"index": 0, "delta": {"role": "assistant", "content": None}}]})
    fold.push(delta(0, id="a", type="function", function={"name": "f", "arguments": ""}))
    fold.push(delta(0, function={"arguments": '{"x"'}))
    fold.push(delta(1, id="b", type="function", function={"name": "g", "arguments": "{}"}))
    fold.push(delta(0, function={"arguments": ":1}"}))
    fold.push({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})
    message = fold.choices[0]["message"]
    assert message["content"] is None
    assert message["tool_calls"] == [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}},
        {"id": "b", "type": "function", "function": {"name": "g", "arguments": "{}"}},
    ]
    assert fold.ended
