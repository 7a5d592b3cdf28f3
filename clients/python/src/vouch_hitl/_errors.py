"""What can go wrong, as exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx


class VouchError(Exception):
    """Anything that goes wrong in this package."""


class APIConnectionError(VouchError):
    """No answer: the server could not be reached, or the connection broke."""


class APITimeoutError(APIConnectionError):
    """No answer in time."""


class StreamBrokenError(APIConnectionError):
    """A streamed answer ended before its end."""

    def __init__(self, message: str, *, log_id: str | None = None) -> None:
        super().__init__(message)
        #: The log of the broken answer, where the stream got far enough to name it.
        self.log_id = log_id


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field of the request that is wrong."""

    #: A JSON pointer into the body, `?name` for a query parameter, or a header's name.
    pointer: str
    #: What would be right, and what came.
    detail: str


class APIStatusError(VouchError):
    """The server refused the request or failed: RFC 9457 problem details, as attributes."""

    def __init__(self, response: httpx.Response) -> None:
        body = _body(response)
        #: The HTTP status.
        self.status: int = response.status_code
        #: What kind of problem it is: a stable URI, or `about:blank`.
        self.type: str = _text(body, "type") or "about:blank"
        #: The kind in words.
        self.title: str = _text(body, "title", "error") or response.reason_phrase
        #: What is wrong with this request.
        self.detail: str = _text(body, "detail", "message") or ""
        #: The path of the request.
        self.instance: str = _text(body, "instance") or response.request.url.path
        #: Each field that is wrong.
        self.errors: tuple[FieldError, ...] = _field_errors(body)
        #: What to name when asking the server's operator about it.
        self.request_id: str | None = response.headers.get("x-request-id")
        #: The log of the call, where there is one.
        self.log_id: str | None = response.headers.get("x-vouch-log-id")
        #: The answer.
        self.response = response
        asked = f" (request {self.request_id})" if self.request_id else ""
        why = f": {self.detail}" if self.detail else ""
        super().__init__(f"{self.status} {self.title}{why}{asked}")


class BadRequestError(APIStatusError):
    """400: the request cannot be read."""


class AuthenticationError(APIStatusError):
    """401: the key is missing, wrong or revoked."""


class PermissionDeniedError(APIStatusError):
    """403: the key may not do this."""


class NotFoundError(APIStatusError):
    """404: there is no such thing in this project."""


class ConflictError(APIStatusError):
    """409: it does not fit what is there, e.g. an idempotency key used for something else."""


class UnprocessableEntityError(APIStatusError):
    """422: fields are wrong; `errors` names them."""


class RateLimitError(APIStatusError):
    """429: too many requests, still after all retries."""


class InternalServerError(APIStatusError):
    """5xx: the server or the model's provider failed, still after all retries."""


_BY_STATUS: Mapping[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def status_error(response: httpx.Response) -> APIStatusError:
    """The exception that tells of an answer which is not a success."""
    other = InternalServerError if response.status_code >= 500 else APIStatusError
    return _BY_STATUS.get(response.status_code, other)(response)


def connection_error(error: httpx.TransportError) -> APIConnectionError:
    """The exception that tells of no answer."""
    said = str(error) or type(error).__name__
    if isinstance(error, httpx.TimeoutException):
        return APITimeoutError(f"no answer in time: {said}")
    return APIConnectionError(f"no answer: {said}")


def _body(response: httpx.Response) -> Mapping[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {"detail": response.text[:500]}
    return body if isinstance(body, dict) else {}


def _text(body: Mapping[str, Any], *names: str) -> str | None:
    """The first of these fields that is a text: native answers and Orq's name them differently."""
    texts = (body.get(name) for name in names)
    return next((text for text in texts if isinstance(text, str)), None)


def _field_errors(body: Mapping[str, Any]) -> tuple[FieldError, ...]:
    errors = body.get("errors")
    return tuple(
        FieldError(str(error.get("pointer", "")), str(error.get("detail", "")))
        for error in (errors if isinstance(errors, list) else [])
        if isinstance(error, dict)
    )
