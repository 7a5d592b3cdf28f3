"""Sending calls: authorisation, retries, errors."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

import httpx

from ._errors import VouchError, connection_error, status_error
from ._retry import Attempts
from ._version import VERSION

T = TypeVar("T")

DEFAULT_BASE_URL = "http://127.0.0.1:7700"
DEFAULT_TIMEOUT_S = 60.0
#: A model may think for long.
INVOKE_TIMEOUT_S = 600.0
DEFAULT_MAX_RETRIES = 3
_CONNECT_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[T]):
    """One call of the API, whoever sends it."""

    method: Literal["GET", "POST"]
    path: str
    #: Turns the answer's JSON into what the caller gets.
    read: Callable[[Any], T]
    body: Mapping[str, Any] | None = None
    #: The body as it goes out, where it is encoded already.
    content: bytes | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    #: Made where absent; the same for all attempts of a write.
    idempotency_key: str | None = None
    #: The longest wait for the server to say something; the client's where absent.
    timeout_s: float | None = None
    #: Whether doing it twice is the same as doing it once. What is not is only tried again where
    #: it was certainly not done.
    repeatable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the server is, and how to talk to it."""

    base_url: str
    api_key: str
    timeout_s: float
    max_retries: int

    @classmethod
    def of(
        cls, base_url: str | None, api_key: str | None, timeout: float, max_retries: int
    ) -> Settings:
        """Fills what is absent from `VOUCH_BASE_URL` and `VOUCH_API_KEY`."""
        key = api_key or os.environ.get("VOUCH_API_KEY")
        if not key:
            raise VouchError("no API key: pass api_key, or set VOUCH_API_KEY")
        url = base_url or os.environ.get("VOUCH_BASE_URL") or DEFAULT_BASE_URL
        return cls(
            base_url=url.rstrip("/"), api_key=key, timeout_s=timeout, max_retries=max_retries
        )

    def attempts(self, call: Call[Any]) -> Attempts:
        """The attempts that this call gets."""
        return Attempts(self.max_retries, repeatable=call.repeatable)

    def request(
        self, call: Call[Any], build: Callable[..., httpx.Request], *, accept: str
    ) -> httpx.Request:
        """The request of a call: the same bytes for all its attempts."""
        headers = {
            "authorization": f"Bearer {self.api_key}",
            "accept": accept,
            "user-agent": f"vouch-hitl/{VERSION} python/{platform.python_version()}",
        }
        content = None
        if call.method == "POST":
            headers["content-type"] = "application/json"
            headers["idempotency-key"] = call.idempotency_key or str(uuid.uuid4())
            content = call.content or encode(call.body or {})
        wait_s = call.timeout_s if call.timeout_s is not None else self.timeout_s
        return build(
            call.method,
            self.base_url + call.path,
            content=content,
            params=given(call.query),
            headers=headers,
            timeout=httpx.Timeout(wait_s, connect=min(wait_s, _CONNECT_TIMEOUT_S)),
        )


class Transport:
    """Sends calls, and waits for them."""

    def __init__(self, settings: Settings, http: httpx.Client | None) -> None:
        self.settings = settings
        self._http = http or httpx.Client()
        self._owned = http is None

    def send(self, call: Call[T]) -> T:
        """The answer of a call."""
        return call.read(answer(self.open(call)))

    def open(self, call: Call[Any], *, stream: bool = False) -> httpx.Response:
        """A successful response; of a stream, the body is still to be read."""
        accept = "text/event-stream" if stream else "application/json"
        request = self.settings.request(call, self._http.build_request, accept=accept)
        attempts = self.settings.attempts(call)
        while True:
            try:
                response = self._http.send(request, stream=stream)
                if response.is_success:
                    return response
                response.read()
            except httpx.TransportError as error:
                pause_s = attempts.after_error(error)
                if pause_s is None:
                    raise connection_error(error) from error
            else:
                pause_s = attempts.after_response(response)
                if pause_s is None:
                    raise status_error(response)
            time.sleep(pause_s)

    def close(self) -> None:
        """Closes the connections, but those of an `http_client` that the application passed."""
        if self._owned:
            self._http.close()


class AsyncTransport:
    """Sends calls on an event loop."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient | None) -> None:
        self.settings = settings
        self._http = http or httpx.AsyncClient()
        self._owned = http is None

    async def send(self, call: Call[T]) -> T:
        """The answer of a call."""
        return call.read(answer(await self.open(call)))

    async def open(self, call: Call[Any], *, stream: bool = False) -> httpx.Response:
        """A successful response; of a stream, the body is still to be read."""
        accept = "text/event-stream" if stream else "application/json"
        request = self.settings.request(call, self._http.build_request, accept=accept)
        attempts = self.settings.attempts(call)
        while True:
            try:
                response = await self._http.send(request, stream=stream)
                if response.is_success:
                    return response
                await response.aread()
            except httpx.TransportError as error:
                pause_s = attempts.after_error(error)
                if pause_s is None:
                    raise connection_error(error) from error
            else:
                pause_s = attempts.after_response(response)
                if pause_s is None:
                    raise status_error(response)
            await asyncio.sleep(pause_s)

    async def close(self) -> None:
        """Closes the connections, but those of an `http_client` that the application passed."""
        if self._owned:
            await self._http.aclose()


def answer(response: httpx.Response) -> Any:
    """The JSON of a successful response."""
    try:
        return response.json()
    except ValueError as error:
        raise VouchError(f"the answer to {response.request.url} is not JSON") from error


def encode(body: Mapping[str, Any], *, other: Callable[[Any], Any] | None = None) -> bytes:
    """JSON; times as RFC 3339. `other` turns into JSON what is none; else that is an error."""

    def plain(value: Any) -> Any:
        try:
            return _plain(value)
        except TypeError:
            if other is None:
                raise
            return other(value)

    text = json.dumps(body, default=plain, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", errors="replace")


def given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are not `None`."""
    return {name: value for name, value in fields.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        # A time without a zone is the machine's own.
        return value.astimezone().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    # Objects of the official `openai` client and of pydantic.
    if hasattr(value, "model_dump") and not isinstance(value, type):
        return value.model_dump(mode="json", exclude_unset=True)
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON")
