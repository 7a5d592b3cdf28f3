"""A stub in the place of the network: it answers as told, and keeps what it was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx

from vouch_hitl import AsyncVouch, Vouch

BASE_URL = "http://vouch.test"
KEY = "vk_test"


class Stub:
    """Gives each request the next of its answers: a response, or an error to raise."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = iter(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests]

    def header(self, name: str) -> list[str | None]:
        return [request.headers.get(name) for request in self.requests]

    def client(self, **options: Any) -> Vouch:
        http = httpx.Client(transport=httpx.MockTransport(self))
        return Vouch(base_url=BASE_URL, api_key=KEY, http_client=http, **options)

    def async_client(self, **options: Any) -> AsyncVouch:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return AsyncVouch(base_url=BASE_URL, api_key=KEY, http_client=http, **options)


def ok(body: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=body)


def problem(status: int, **fields: Any) -> httpx.Response:
    headers = fields.pop("headers", {})
    return httpx.Response(status, json={"status": status, **fields}, headers=headers)


KEPT = {"ids": ["fb_1"], "attached": [True]}
ADDED = {"success": True, "attached": True, "feedback_ids": []}
ANSWER = {
    "id": "log_1",
    "created": "2026-01-02T03:04:05Z",
    "object": "chat",
    "model": "m",
    "provider": "openailike",
    "is_final": True,
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}


def events(*pieces: str, end: bool = True) -> Iterator[bytes]:
    """A streamed answer, cut in the middle of lines."""
    text = ""
    for i, piece in enumerate(pieces):
        last = end and i == len(pieces) - 1
        message = {"role": "assistant", "content": piece}
        choice = {"index": 0, "message": message, "finish_reason": "stop" if last else None}
        event = {**ANSWER, "is_final": last, "choices": [choice]}
        if not last:
            del event["usage"]
        text += f"data: {json.dumps(event)}\n\n"
    if end:
        text += "data: [DONE]\n\n"
    raw = text.encode()
    for at in range(0, len(raw), 7):
        yield raw[at : at + 7]
