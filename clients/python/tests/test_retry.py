"""What is tried again, when, and as the same write."""

from __future__ import annotations

import asyncio
import time
from email.utils import formatdate
from typing import Any

import httpx
import pytest
from stub import ADDED, ANSWER, KEPT, Stub, ok, problem

from vouch_hitl import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    InternalServerError,
    NotFoundError,
    VouchError,
)
from vouch_hitl._retry import retry_after_s


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses, which take no time."""
    taken: list[float] = []

    async def sleep(seconds: float) -> None:
        taken.append(seconds)

    monkeypatch.setattr("vouch_hitl._transport.time.sleep", taken.append)
    monkeypatch.setattr("vouch_hitl._transport.asyncio.sleep", sleep)
    return taken


def test_the_idempotency_key_stays_the_same(pauses: list[float]) -> None:
    stub = Stub(httpx.ConnectError("refused"), problem(503), problem(408), ok(KEPT, 201))
    assert stub.client().feedback(log_id="log_1", thumbs=True).ids == ["fb_1"]
    keys = stub.header("idempotency-key")
    assert len(keys) == 4
    assert len(set(keys)) == 1
    assert keys[0]
    assert len({request.content for request in stub.requests}) == 1


def test_each_write_has_its_own_key(pauses: list[float]) -> None:
    stub = Stub(ok(KEPT), ok(KEPT), ok(KEPT))
    client = stub.client()
    client.feedback(log_id="log_1", thumbs=True)
    client.feedback(log_id="log_1", thumbs=True)
    client.feedback(log_id="log_1", thumbs=True, idempotency_key="mine")
    first, second, third = stub.header("idempotency-key")
    assert first != second
    assert third == "mine"


def test_pauses_grow_and_are_not_all_alike(pauses: list[float]) -> None:
    stub = Stub(*[problem(500) for _ in range(7)])
    with pytest.raises(APIStatusError):
        stub.client(max_retries=6).logs.get("log_1")
    bounds = [(0.25, 0.5), (0.5, 1), (1, 2), (2, 4), (4, 8), (4, 8)]
    assert len(pauses) == len(bounds)
    for pause, (low, high) in zip(pauses, bounds, strict=True):
        assert low <= pause <= high


def test_retry_after_is_honoured(pauses: list[float]) -> None:
    stub = Stub(problem(429, headers={"retry-after": "7"}), ok(KEPT))
    stub.client().feedback(log_id="log_1", thumbs=True)
    assert pauses == [7]


def test_a_long_retry_after_ends_it(pauses: list[float]) -> None:
    stub = Stub(problem(429, headers={"retry-after": "3600"}))
    with pytest.raises(APIStatusError) as caught:
        stub.client().feedback(log_id="log_1", thumbs=True)
    assert caught.value.status == 429
    assert pauses == []


def test_retry_after_may_be_a_date() -> None:
    asked = retry_after_s(formatdate(time.time() + 30, usegmt=True))
    assert asked is not None
    assert 28 <= asked <= 31
    assert retry_after_s(formatdate(0, usegmt=True)) == 0
    assert retry_after_s("soon") is None


def test_a_refusal_is_final(pauses: list[float]) -> None:
    stub = Stub(problem(404))
    with pytest.raises(NotFoundError):
        stub.client().logs.get("log_1")
    assert len(stub.requests) == 1


def test_no_connection_says_so(pauses: list[float]) -> None:
    stub = Stub(*[httpx.ConnectError("refused") for _ in range(3)])
    with pytest.raises(APIConnectionError, match="refused"):
        stub.client(max_retries=2).logs.get("log_1")
    assert len(stub.requests) == 3


def test_reads_and_writes_are_tried_again_after_a_time_out(pauses: list[float]) -> None:
    stub = Stub(httpx.ReadTimeout("slow"), ok(ADDED))
    assert stub.client().add_metrics("log_1", feedback={"score": 70}).attached


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.ReadTimeout("slow"), APITimeoutError),
        (httpx.ReadError("reset"), APIConnectionError),
        (problem(502), InternalServerError),
    ],
)
def test_a_model_that_may_have_been_asked_is_not_asked_again(
    pauses: list[float], answer: httpx.Response | Exception, error: type[VouchError]
) -> None:
    for call in ("invoke", "invoke_stream"):
        stub = Stub(answer)
        with pytest.raises(error):
            getattr(stub.client(), call)("assistant")
        assert len(stub.requests) == 1


def test_a_model_that_was_not_asked_is_asked_again(pauses: list[float]) -> None:
    not_begun = [httpx.ConnectTimeout("slow"), httpx.ConnectError("refused")]
    stub = Stub(*not_begun, problem(429), problem(503), problem(408), ok(ANSWER))
    assert stub.client(max_retries=5).invoke("assistant").text == "Hi"


def test_the_async_client_does_the_same(pauses: list[float]) -> None:
    async def run() -> Any:
        return await stub.async_client().feedback(log_id="log_1", thumbs=True)

    stub = Stub(httpx.ReadError("reset"), problem(429, headers={"retry-after": "2"}), ok(KEPT))
    assert asyncio.run(run()).ids == ["fb_1"]
    assert len(set(stub.header("idempotency-key"))) == 1
    assert 0.25 <= pauses[0] <= 0.5
    assert pauses[1] == 2
