"""Calls of the official `openai` client that go to the provider, and are logged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from provider import TEXT, USAGE, Provider
from stub import BASE_URL, KEY, ok

from vouch_hitl import AsyncVouch, Vouch, log_id_of, new_log_id, with_logging
from vouch_hitl._background import Background

openai = pytest.importorskip("openai", reason="needs the official openai package")


class Kept:
    """A client whose server keeps the logs that are sent."""

    def __init__(self) -> None:
        self._logs: list[dict[str, Any]] = []
        http = httpx.Client(transport=httpx.MockTransport(self._answer))
        self.vouch = Vouch(base_url=BASE_URL, api_key=KEY, http_client=http)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self._logs += json.loads(request.content)["logs"]
        return ok({"ids": []}, 201)

    @property
    def one(self) -> dict[str, Any]:
        """The only log that was sent."""
        assert self.vouch.flush()
        (log,) = self._logs
        return log

    @property
    def count(self) -> int:
        assert self.vouch.flush()
        return len(self._logs)


@pytest.fixture
def kept() -> Iterator[Kept]:
    kept = Kept()
    yield kept
    kept.vouch.close()


@pytest.fixture
def plain(provider: Provider) -> Any:
    provider.calls.clear()
    provider.headers.clear()
    return openai.OpenAI(base_url=provider.url, api_key="sk-x", max_retries=0)


def ask(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **more}


def test_a_call_is_logged(kept: Kept, plain: Any, provider: Provider) -> None:
    client = with_logging(plain, kept.vouch, metadata={"app": "shop"})
    asked = ask("hello", temperature=0.5, user="ann", logprobs=True)
    completion = client.chat.completions.create(**asked)
    asked["messages"].append({"role": "assistant", "content": "later"})
    assert completion.choices[0].message.content == TEXT
    assert "log" not in str(completion.model_dump()).replace("logprob", "")
    log = kept.one
    assert log["id"] == log_id_of(completion)
    assert log["status"] == "completed"
    assert log["messages"] == [{"role": "user", "content": "hello"}]
    assert log["choices"][0]["message"]["content"] == TEXT
    assert log["choices"][0]["finish_reason"] == "stop"
    assert (log["model"], log["provider"]) == ("m", "127.0.0.1")
    assert log["parameters"] == {"temperature": 0.5, "logprobs": True}
    assert (log["user_id"], log["metadata"]) == ("ann", {"app": "shop"})
    assert log["usage"] == USAGE
    assert 0 < log["performance"]["latency"] < 60_000
    assert log["logprobs"][0]["token"] == "Hello"
    assert provider.calls == [ask("hello", temperature=0.5, user="ann", logprobs=True)]


def test_headers_name_chain_and_user_and_stay_here(
    kept: Kept, plain: Any, provider: Provider
) -> None:
    chosen = new_log_id()
    headers = {
        "X-Vouch-Chain-Id": "c1",
        "x-vouch-conversation-id": "v1",
        "x-vouch-user-id": "ann",
        "x-vouch-metadata": '{"plan":"pro"}',
        "x-vouch-log-id": chosen,
        "x-other": "1",
    }
    client = with_logging(plain, kept.vouch)
    client.chat.completions.create(**ask("hello"), extra_headers=headers)
    log = kept.one
    assert (log["chain_id"], log["conversation_id"], log["user_id"]) == ("c1", "v1", "ann")
    assert (log["id"], log["metadata"]) == (chosen, {"plan": "pro"})
    assert provider.headers[0]["x-other"] == "1"
    assert not [name for name in provider.headers[0] if name.startswith("x-vouch")]


def test_a_stream_is_logged_with_its_usage(kept: Kept, plain: Any, provider: Provider) -> None:
    client = with_logging(plain, kept.vouch)
    stream = client.chat.completions.create(**ask("hello"), stream=True)
    assert isinstance(stream, openai.Stream)
    chunks = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == TEXT
    log = kept.one
    assert log["id"] == log_id_of(stream)
    assert log["status"] == "completed"
    assert log["choices"][0]["message"] == {"role": "assistant", "content": TEXT}
    assert log["usage"] == USAGE
    performance = log["performance"]
    assert 0 < performance["time_to_first_token"] <= performance["latency"]
    assert "stream" not in log["parameters"]
    assert provider.calls[0]["stream_options"] == {"include_usage": True}


def test_usage_that_was_asked_for_is_shown(kept: Kept, plain: Any) -> None:
    client = with_logging(plain, kept.vouch)
    options = {"include_usage": True}
    stream = client.chat.completions.create(**ask("hello"), stream=True, stream_options=options)
    assert list(stream)[-1].usage.total_tokens == 13
    assert kept.one["usage"] == USAGE


def test_a_provider_without_stream_options(kept: Kept, plain: Any, provider: Provider) -> None:
    client = with_logging(plain, kept.vouch)
    for _ in range(2):
        stream = client.chat.completions.create(**ask("no stream_options"), stream=True)
        assert len(list(stream)) == 6
    assert ["stream_options" in call for call in provider.calls] == [True, False, False]
    assert kept.count == 2


def test_a_stream_that_the_application_leaves_is_cancelled(kept: Kept, plain: Any) -> None:
    client = with_logging(plain, kept.vouch)
    with client.chat.completions.create(**ask("go on"), stream=True) as stream:
        for chunk in stream:
            if chunk.choices[0].delta.content:
                break
    assert kept.one["status"] == "cancelled"
    assert kept.one["choices"][0]["message"]["content"] == "0 "


def test_a_stream_that_is_let_go_of_is_cancelled(kept: Kept, plain: Any) -> None:
    client = with_logging(plain, kept.vouch)
    next(iter(client.chat.completions.create(**ask("go on"), stream=True)))
    assert kept.one["status"] == "cancelled"


def test_a_stream_that_breaks_has_failed(kept: Kept, plain: Any) -> None:
    client = with_logging(plain, kept.vouch)
    # Older clients let the error of httpx through.
    with pytest.raises((openai.APIConnectionError, httpx.RemoteProtocolError)):
        list(client.chat.completions.create(**ask("break off"), stream=True))
    assert kept.one["status"] == "failed"
    assert kept.one["error"]["kind"] == "interrupted"
    assert kept.one["choices"][0]["message"]["content"] == "Hello"


def test_errors_are_logged_and_raised(kept: Kept, plain: Any) -> None:
    client = with_logging(plain, kept.vouch)
    with pytest.raises(openai.RateLimitError) as caught:
        client.chat.completions.create(**ask("fail with 429"))
    log = kept.one
    assert log_id_of(caught.value) == log["id"]
    assert log["status"] == "failed"
    assert (log["error"]["kind"], log["error"]["status"]) == ("upstream", 429)


def test_a_call_that_is_retried_is_one_log(kept: Kept, plain: Any, provider: Provider) -> None:
    client = with_logging(plain, kept.vouch).with_options(max_retries=1)
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(**ask("fail with 500"))
    assert len(provider.calls) == 2
    assert kept.count == 1


def test_no_connection_is_logged(kept: Kept) -> None:
    plain = openai.OpenAI(base_url="http://127.0.0.1:1/v1", api_key="x", max_retries=0)
    with pytest.raises(openai.APIConnectionError):
        with_logging(plain, kept.vouch).chat.completions.create(**ask("hello"))
    assert kept.one["error"]["kind"] == "unreachable"


def test_the_helpers_are_logged_too(kept: Kept, plain: Any) -> None:
    from pydantic import BaseModel

    class Place(BaseModel):
        city: str

    client = with_logging(plain, kept.vouch)
    parsed = client.chat.completions.parse(**ask("json"), response_format=Place)
    assert parsed.choices[0].message.parsed.city == "Delft"
    assert log_id_of(parsed)
    with client.chat.completions.stream(**ask("hello")) as stream:
        assert stream.get_final_completion().choices[0].message.content == TEXT
    raw = client.chat.completions.with_raw_response.create(**ask("use the tool"))
    assert raw.headers["content-type"] == "application/json"
    assert raw.parse().choices[0].message.tool_calls[0].function.name == "weather"
    assert log_id_of(raw)
    streamed = client.chat.completions.with_raw_response.create(**ask("hello"), stream=True)
    assert len(list(streamed.parse())) == 6
    assert kept.count == 4


def test_a_helper_that_is_left_is_cancelled(kept: Kept, plain: Any) -> None:
    client = with_logging(plain, kept.vouch)
    with client.chat.completions.stream(**ask("go on")) as stream:
        next(iter(stream))
    assert kept.one["status"] == "cancelled"


def test_the_original_client_stays_as_it_was(kept: Kept, plain: Any) -> None:
    with_logging(plain, kept.vouch)
    plain.chat.completions.create(**ask("hello"))
    assert kept.count == 0


def test_a_log_that_cannot_be_sent_is_not_the_applications_concern(plain: Any) -> None:
    vouch = Vouch(base_url="http://127.0.0.1:1", api_key="x", max_retries=0)
    client = with_logging(plain, vouch)
    asked = ask("hello", extra_headers={"x-vouch-metadata": "not json"})
    assert client.chat.completions.create(**asked).choices[0].message.content == TEXT
    vouch._background.close(timeout=0)


def test_wrong_arguments_are_no_call(kept: Kept, plain: Any) -> None:
    with pytest.raises(TypeError):
        with_logging(plain, kept.vouch).chat.completions.create(nonsense=1)
    with pytest.raises(TypeError, match="official openai"):
        with_logging(object(), kept.vouch)
    assert kept.count == 0


def test_the_async_client(kept: Kept, provider: Provider) -> None:
    async def run() -> None:
        vouch = AsyncVouch(base_url=BASE_URL, api_key=KEY)
        vouch._background = Background(lambda: kept.vouch._transport, owned=False)
        plain = openai.AsyncOpenAI(base_url=provider.url, api_key="x", max_retries=0)
        client = with_logging(plain, vouch)
        completion = await client.chat.completions.create(**ask("hello"))
        assert completion.choices[0].message.content == TEXT
        stream = await client.chat.completions.create(**ask("hello"), stream=True)
        assert isinstance(stream, openai.AsyncStream)
        assert len([chunk async for chunk in stream]) == 6
        async with client.chat.completions.stream(**ask("hello")) as events:
            async for _ in events:
                pass
        raw = await client.chat.completions.with_raw_response.create(**ask("hello"))
        assert raw.parse().choices[0].message.content == TEXT
        async with await client.chat.completions.create(**ask("go on"), stream=True) as stream:
            await anext(stream)
        with pytest.raises(openai.RateLimitError):
            await client.chat.completions.create(**ask("fail with 429"))
        waiting = asyncio.create_task(client.chat.completions.create(**ask("wait")))
        await asyncio.sleep(0.1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await vouch.flush()
        await vouch.close()

    asyncio.run(run())
    expected = ["completed"] * 4 + ["cancelled", "failed", "cancelled"]
    assert [log["status"] for log in kept._logs] == expected
    assert kept._logs[1]["usage"] == USAGE
