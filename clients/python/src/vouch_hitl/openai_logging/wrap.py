"""`with_logging`: the same client, whose chat completions are logged."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from .._background import Background
from ..async_client import AsyncVouch
from ..client import Vouch
from .record import Record
from .stream import LoggedAsyncStream, LoggedRaw, LoggedStream

C = TypeVar("C")
Json = dict[str, Any]
_diagnostics = logging.getLogger("vouch_hitl")
_KNOWN_HOSTS = {"api.openai.com": "openai"}


def with_logging(
    openai_client: C,
    vouch: Vouch | AsyncVouch,
    *,
    metadata: Mapping[str, Any] | None = None,
    provider: str | None = None,
) -> C:
    """A client like this one (`openai.OpenAI` or `openai.AsyncOpenAI`) that logs what it does.

    Each call of `chat.completions` (`create`, `parse`, `stream`, `with_raw_response`) becomes one
    log, sent in the background; the call itself is neither delayed nor failed by it. As with the
    gateway, `metadata` and `user` of a call, and the headers `x-vouch-chain-id`,
    `x-vouch-conversation-id`, `x-vouch-user-id` and `x-vouch-metadata` in `extra_headers`, go to
    the log; these headers are not sent to the provider. `metadata` here is for all calls;
    `provider` is by itself made from the client's address.

    A streamed call is asked for its usage, and the application does not see the chunk that brings
    it unless it asked, too. `log_id_of(answer)` names the log. Call `vouch.flush()` where the
    program may be stopped at once; an ordinary exit waits for what is queued.
    """
    import openai

    if not isinstance(openai_client, openai.OpenAI | openai.AsyncOpenAI):
        raise TypeError("with_logging takes a client of the official openai package")
    logged = openai_client.copy()
    # One queue for all that is logged to one server.
    background: Background = vouch._background
    base = {"metadata": dict(metadata or {}), "provider": provider or _host(logged.base_url)}
    completions: Any = logged.chat.completions
    calls = _Calls(background, base)
    is_async = isinstance(logged, openai.AsyncOpenAI)
    for name in ("create", "parse"):
        setattr(completions, name, calls.logged(getattr(completions, name), on_loop=is_async))
    _keep_logging(logged, vouch, metadata=metadata, provider=provider)
    return cast(C, logged)


def log_id_of(answer: object) -> str | None:
    """The log of what a client with logging gave or raised; `None` for anything else."""
    log_id = getattr(answer, "_vouch_log_id", None)
    return log_id if isinstance(log_id, str) else None


class _Calls:
    """Makes a record of each call."""

    def __init__(self, background: Background, base: Json) -> None:
        self._background = background
        self._base = base
        #: Whether this provider lets us ask for the usage of a stream.
        self._asks_usage = True

    def logged(self, call: Callable[..., Any], *, on_loop: bool) -> Callable[..., Any]:
        """The same method, logged."""

        @wraps(call)
        def sync(**kwargs: Any) -> Any:
            if (begun := self._begin_safely(kwargs)) is None:
                return call(**kwargs)
            record, asked, asked_usage = begun
            try:
                try:
                    result = call(**asked)
                except Exception as error:
                    if not (asked_usage and self._refused(error)):
                        raise
                    asked_usage = False
                    result = call(**_without_usage(asked, kwargs))
            except BaseException as error:
                _name(error, record)
                record.failed(error)
                raise
            return _watched(result, record, asked_usage)

        @wraps(call)
        async def awaited(**kwargs: Any) -> Any:
            if (begun := self._begin_safely(kwargs)) is None:
                return await call(**kwargs)
            record, asked, asked_usage = begun
            try:
                try:
                    result = await call(**asked)
                except Exception as error:
                    if not (asked_usage and self._refused(error)):
                        raise
                    asked_usage = False
                    result = await call(**_without_usage(asked, kwargs))
            except BaseException as error:
                _name(error, record)
                record.failed(error)
                raise
            return _watched(result, record, asked_usage)

        return awaited if on_loop else sync

    def _begin_safely(self, kwargs: Json) -> tuple[Record, Json, bool] | None:
        try:
            return self._begin(kwargs)
        except Exception:
            _diagnostics.warning("a call could not be logged", exc_info=True)
            return None

    def _begin(self, kwargs: Json) -> tuple[Record, Json, bool]:
        """The record, what is really asked, and whether the usage is asked on our account."""
        asked = {name: v for name, v in kwargs.items() if type(v).__name__ not in _ABSENT}
        if "messages" in asked:
            # The list as it is now: applications append the answer to it.
            asked["messages"] = list(asked["messages"])
        headers, ours = _split(asked.get("extra_headers"))
        record = Record(self._background, dict(asked), ours, self._base)
        asked = {**kwargs, **asked}
        if ours:
            asked["extra_headers"] = headers
        options = kwargs.get("stream_options")
        options = dict(options) if isinstance(options, Mapping) else {}
        wants = self._asks_usage and kwargs.get("stream") is True
        if wants and "include_usage" not in options:
            return record, {**asked, "stream_options": {**options, "include_usage": True}}, True
        return record, asked, False

    def _refused(self, error: Exception) -> bool:
        """Whether the provider does not know the option that we added."""
        status = getattr(error, "status_code", None)
        if status in (400, 422) and "stream_options" in str(error):
            self._asks_usage = False
            return True
        return False


#: The classes of the `openai` client's arguments that were not given.
_ABSENT = ("NotGiven", "Omit")


def _without_usage(asked: Json, kwargs: Json) -> Json:
    """The call as the application made it."""
    rest = {name: value for name, value in asked.items() if name != "stream_options"}
    return {**rest, **({k: v for k, v in kwargs.items() if k == "stream_options"})}


def _watched(result: Any, record: Record, hide_usage: bool) -> Any:
    """The result; it is logged now, or when the stream ends."""
    try:
        return _watch(result, record, hide_usage)
    except Exception:
        _diagnostics.warning("a call could not be logged", exc_info=True)
        return result


def _watch(result: Any, record: Record, hide_usage: bool) -> Any:
    import openai

    if isinstance(result, openai.Stream):
        return LoggedStream(result, record, hide_usage=hide_usage)
    if isinstance(result, openai.AsyncStream):
        return LoggedAsyncStream(result, record, hide_usage=hide_usage)
    if hasattr(result, "model_dump"):
        record.answered(result)
        _name(result, record)
        return result
    if hasattr(result, "http_response") and not inspect.iscoroutinefunction(result.parse):
        parsed = _watch(result.parse(), record, hide_usage)
        if hasattr(parsed, "model_dump"):
            _name(result, record)
            return result
        return LoggedRaw(result, record, parsed)
    # `with_streaming_response`: the application reads bytes that we do not see.
    return result


def _name(thing: Any, record: Record) -> None:
    """Puts the log's id where `log_id_of` finds it."""
    try:
        thing._vouch_log_id = record.log_id
    except Exception:
        _diagnostics.debug("an answer could not be named", exc_info=True)


def _split(headers: Any) -> tuple[Json, dict[str, str]]:
    """The headers for the provider, and ours."""
    theirs: Json = {}
    ours: dict[str, str] = {}
    for name, value in (headers or {}).items():
        if str(name).lower().startswith("x-vouch-"):
            ours[str(name).lower()] = str(value)
        else:
            theirs[name] = value
    return theirs, ours


def _keep_logging(client: Any, vouch: Vouch | AsyncVouch, **options: Any) -> None:
    """`client.with_options(...)` logs, too."""
    copy = client.copy

    @wraps(copy)
    def logged_copy(**kwargs: Any) -> Any:
        return with_logging(copy(**kwargs), vouch, **options)

    client.copy = client.with_options = logged_copy


def _host(base_url: object) -> str:
    host = urlsplit(str(base_url)).hostname or "openai"
    return "azure" if host.endswith(".openai.azure.com") else _KNOWN_HOSTS.get(host, host)
