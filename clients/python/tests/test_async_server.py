"""The async client against a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import openai
import pytest
from conftest import Server
from provider import TEXT, Provider

from vouch_hitl import (
    AsyncVouch,
    NotFoundError,
    UnprocessableEntityError,
    log_id_of,
    new_log_id,
    with_logging,
)

HELLO: list[Any] = [{"role": "user", "content": "hello"}]


def run(server: Server, work: Callable[[AsyncVouch], Awaitable[None]]) -> None:
    async def with_client() -> None:
        async with AsyncVouch(base_url=server.url, api_key=server.key) as vouch:
            await work(vouch)

    asyncio.run(with_client())


def test_invoke_metrics_and_feedback(server: Server) -> None:
    async def work(vouch: AsyncVouch) -> None:
        answer = await vouch.invoke("assistant", inputs={"name": "Ann"}, messages=HELLO)
        assert answer.text == TEXT
        # Both may come before the log does.
        await answer.add_metrics(feedback={"score": 70}, chain_id="chain-async")
        await answer.feedback(thumbs=True, user_id="ann")
        stream = await vouch.invoke_stream("assistant", messages=HELLO)
        async with stream:
            assert "".join([chunk.text async for chunk in stream]) == TEXT
        await (await stream.collect()).feedback(thumbs=False)
        await vouch.feedback(chain_id="chain-async", score=90)

    run(server, work)


def test_logs(server: Server) -> None:
    async def work(vouch: AsyncVouch) -> None:
        logs = [{"messages": HELLO, "user_id": "async-lister"} for _ in range(3)]
        ids = await vouch.logs.send_many(logs)
        found = [log.id async for log in vouch.logs.list(user_id="async-lister", page_size=2)]
        assert sorted(found) == sorted(ids)
        one = await vouch.logs.send(messages=HELLO)
        kept = await vouch.feedback(log_id=one, thumbs=True)
        assert (await vouch.retract(kept.ids[0])).retracted_at is not None
        assert (await vouch.logs.get(one)).tally.thumbs_up == 0
        token = await vouch.feedback_token(one, ttl_s=60)
        assert token.token

    run(server, work)


def test_errors(server: Server) -> None:
    async def work(vouch: AsyncVouch) -> None:
        with pytest.raises(NotFoundError):
            await vouch.logs.get(new_log_id())
        with pytest.raises(UnprocessableEntityError) as wrong:
            await vouch.add_metrics(new_log_id(), feedback={"score": 101})
        assert wrong.value.errors[0].pointer == "/feedback/score"

    run(server, work)


def test_calls_around_the_gateway_are_logged(server: Server, provider: Provider) -> None:
    async def work(vouch: AsyncVouch) -> None:
        plain = openai.AsyncOpenAI(base_url=provider.url, api_key="x")
        client = with_logging(plain, vouch)
        completion = await client.chat.completions.create(model="m", messages=HELLO)
        assert await vouch.flush()
        log = await vouch.logs.get(str(log_id_of(completion)))
        assert log.choices[0].text == TEXT

    run(server, work)
