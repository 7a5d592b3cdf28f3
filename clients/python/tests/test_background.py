"""Logs in the background: bounded, in batches, and never in the way."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from typing import Any

import httpx
import pytest
from stub import BASE_URL, KEY, Stub, ok, problem

from vouch_hitl import Vouch, _background
from vouch_hitl._background import Background

MESSAGES = [{"role": "user", "content": "x"}]


def background(client: Vouch) -> Background:
    return client._background


def log(number: int) -> dict[str, Any]:
    return {"messages": MESSAGES, "metadata": {"number": number}}


def numbers(bodies: list[Any]) -> list[list[int]]:
    return [[one["metadata"]["number"] for one in body["logs"]] for body in bodies]


def test_logs_go_out_in_batches_and_in_order() -> None:
    stub = Stub(*[ok({"ids": []}, 201) for _ in range(3)])
    client = stub.client()
    for number in range(150):
        background(client).put(lambda number=number: log(number))  # type: ignore[misc]
    assert client.flush()
    sent = numbers(stub.bodies)
    assert [number for batch in sent for number in batch] == list(range(150))
    assert max(map(len, sent)) <= 100


def test_one_bad_log_does_not_take_others_along(caplog: pytest.LogCaptureFixture) -> None:
    created = {"ids": ["log_1"]}
    stub = Stub(problem(422, detail="/logs/1: no"), ok(created), problem(422, detail="no"))
    client = stub.client()
    for number in range(2):
        background(client).put(lambda number=number: log(number))  # type: ignore[misc]
    assert client.flush()
    assert numbers(stub.bodies) == [[0, 1], [0], [1]]
    assert background(client).dropped == 1
    assert "1 logs are lost: 422" in caplog.text


def test_a_wrong_key_is_not_tried_for_each_log(caplog: pytest.LogCaptureFixture) -> None:
    stub = Stub(problem(401, detail="no such key"))
    client = stub.client()
    for number in range(3):
        background(client).put(lambda number=number: log(number))  # type: ignore[misc]
    assert client.flush()
    assert client.dropped_logs == 3
    assert "3 logs are lost: 401" in caplog.text


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_the_child_of_a_fork_sends_its_own_logs_only() -> None:
    sent = """
import os
import httpx
from vouch_hitl import Vouch

def answer(request):
    os.write(1, request.content + b"\\n")
    return httpx.Response(201, json={"ids": []})

http = httpx.Client(transport=httpx.MockTransport(answer))
client = Vouch(base_url="http://vouch.test", api_key="vk", http_client=http)
with client._background._changed:
    client._background.put(lambda: {"messages": ["parent"]})
    child = os.fork()
if child == 0:
    client._background.put(lambda: {"messages": ["child"]})
    raise SystemExit(0 if client.flush(5) else 1)
raise SystemExit(os.waitpid(child, 0)[1])
"""
    assert sorted(output_of(sent)) == [
        '{"logs":[{"messages":["child"]}]}',
        '{"logs":[{"messages":["parent"]}]}',
    ]


def test_what_cannot_be_written_is_dropped() -> None:
    def broken() -> dict[str, Any]:
        raise RuntimeError("no")

    stub = Stub(ok({"ids": []}))
    client = stub.client()
    background(client).put(broken)
    background(client).put(lambda: {**log(1), "parameters": {"odd": object}})
    assert client.flush()
    assert numbers(stub.bodies) == [[1]]
    assert background(client).dropped == 1


def test_it_waits_for_a_server_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_background, "_PAUSE_S", 0.001)
    stub = Stub(httpx.ConnectError("refused"), problem(503), ok({"ids": []}))
    client = stub.client(max_retries=0)
    background(client).put(lambda: log(1))
    assert client.flush()
    assert numbers(stub.bodies) == [[1], [1], [1]]
    assert background(client).dropped == 0


def test_it_holds_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_background, "MOST_WAITING", 10)
    held = threading.Event()

    def answer(request: httpx.Request) -> httpx.Response:
        held.wait(10)
        return ok({"ids": []})

    http = httpx.Client(transport=httpx.MockTransport(answer))
    client = Vouch(base_url=BASE_URL, api_key=KEY, http_client=http)
    for number in range(200):
        background(client).put(lambda number=number: log(number))  # type: ignore[misc]
    assert background(client).dropped > 0
    assert not client.flush(timeout=0.01)
    held.set()
    assert client.flush()
    client.close()
    dropped = background(client).dropped
    background(client).put(lambda: log(1))
    assert background(client).dropped == dropped + 1


def test_the_async_client_flushes_too() -> None:
    stub = Stub(ok({"ids": []}))

    async def run() -> bool:
        client = stub.async_client()
        transport = stub.client()._transport
        client._background = Background(lambda: transport, owned=True)
        client._background.put(lambda: log(1))
        flushed = await client.flush()
        await client.close()
        return flushed

    assert asyncio.run(run())
    assert numbers(stub.bodies) == [[1]]


def test_an_ordinary_exit_sends_what_is_queued() -> None:
    program = """
import httpx
from vouch_hitl import Vouch

def answer(request):
    print(request.content.decode(), flush=True)
    return httpx.Response(201, json={"ids": []})

http = httpx.Client(transport=httpx.MockTransport(answer))
client = Vouch(base_url="http://vouch.test", api_key="vk", http_client=http)
client._background.put(lambda: {"messages": []})
"""
    assert output_of(program) == ['{"logs":[{"messages":[]}]}']


@pytest.mark.parametrize("answer", ["raise httpx.ConnectError('refused')", "time.sleep(60)"])
def test_what_is_left_at_the_end_is_said(answer: str) -> None:
    program = f"""
import time
import httpx
from vouch_hitl import Vouch, _background

_background._LAST_S = 0.3

def answer(request):
    {answer}

http = httpx.Client(transport=httpx.MockTransport(answer))
client = Vouch(base_url="http://vouch.test", api_key="vk", http_client=http, max_retries=0)
client._background.put(lambda: {{"messages": []}})
time.sleep(0.5)
client._background.close(0.1)
print(client.dropped_logs)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )
    assert ran.stdout == "1\n"
    assert "1 logs are lost" in ran.stderr


def output_of(program: str) -> list[str]:
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )
    return ran.stdout.splitlines()
