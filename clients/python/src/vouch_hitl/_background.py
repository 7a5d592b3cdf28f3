"""Sending logs in the background: never in the way of the application's own work."""

from __future__ import annotations

import atexit
import logging
import os
import random
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from ._errors import APIConnectionError, APIStatusError, VouchError
from ._transport import Call, Transport, encode

#: Makes a log; called in the background.
MakeLog: TypeAlias = Callable[[], Mapping[str, Any]]

#: The most logs that wait; what comes then is dropped.
MOST_WAITING = 2_000
_MOST_IN_BATCH = 100
_BATCH_BYTES = 8 << 20
#: How long a log waits for company, in seconds.
_LINGER_S = 0.2
#: The pause while the server cannot be reached, in seconds; each further one is twice as long.
_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 30.0
_CLOSING_S = 10.0
#: How long a thread that is told to end may take to say what it could not send, in seconds.
_LAST_S = 1.0
#: What says that a log of the batch is wrong, rather than the way to the server.
_WRONG_LOG = (400, 409, 413, 422)

_diagnostics = logging.getLogger("vouch_hitl")


class Background:
    """A bounded queue, and the thread that empties it."""

    def __init__(self, transport: Callable[[], Transport], *, owned: bool) -> None:
        self._make_transport = transport
        self._owned = owned
        self._closed = False
        #: How many logs were lost: the queue was full, the server refused them, or it was closed.
        self.dropped = 0
        self._begin()
        _all.add(self)

    def _begin(self) -> None:
        """Empty and without a thread: as it is made, and in the child of a fork.

        There the thread is gone, the lock may be held by nobody, and the parent sends what waits.
        """
        self._changed = threading.Condition()
        self._waiting: deque[MakeLog] = deque()
        #: How many logs are on their way.
        self._sending = 0
        self._hurry = 0
        self._thread: threading.Thread | None = None

    def put(self, make: MakeLog) -> None:
        """Queues a log. Does not wait, does not fail."""
        with self._changed:
            if self._closed or len(self._waiting) >= MOST_WAITING:
                self._drop(1, "closed" if self._closed else "too many logs are waiting")
                return
            self._waiting.append(make)
            self._changed.notify_all()
            self._start()

    def flush(self, timeout: float) -> bool:
        """Waits until all that was queued is sent or dropped; whether that was in time."""
        with self._changed:
            self._hurry += 1
            self._changed.notify_all()
            if self._waiting:
                self._start()
            try:
                return self._changed.wait_for(lambda: self._idle, timeout)
            finally:
                self._hurry -= 1

    def close(self, timeout: float = _CLOSING_S) -> None:
        """Sends what is queued, for so many seconds at most, and ends the thread."""
        self.flush(timeout)
        with self._changed:
            self._closed = True
            if self._waiting:
                self._drop(len(self._waiting), "closed")
                self._waiting.clear()
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: self._idle, _LAST_S):
                # The thread is in the middle of a request, and the program may end before it does.
                self._drop(self._sending, "closed before the server answered")
                self._sending = 0
        atexit.unregister(self.close)

    @property
    def _idle(self) -> bool:
        return not self._waiting and not self._sending

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            if self._thread is None:
                atexit.register(self.close)
            self._thread = threading.Thread(target=self._run, name="vouch-logs", daemon=True)
            try:
                self._thread.start()
            except RuntimeError:
                # The interpreter is shutting down.
                self._drop(len(self._waiting), "the program is ending")
                self._waiting.clear()

    def _run(self) -> None:
        transport = self._make_transport()
        while batch := self._take():
            try:
                self._deliver(transport, batch)
            except Exception as error:
                self._lose(len(batch), repr(error))
            finally:
                with self._changed:
                    self._sending = 0
                    self._changed.notify_all()
        if self._owned:
            transport.close()

    def _take(self) -> list[MakeLog]:
        """The next logs, when there are enough of them or time is up; none when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            self._changed.wait_for(
                lambda: len(self._waiting) >= _MOST_IN_BATCH or self._hurry or self._closed,
                _LINGER_S,
            )
            count = min(len(self._waiting), _MOST_IN_BATCH)
            self._sending = count
            return [self._waiting.popleft() for _ in range(count)]

    def _deliver(self, transport: Transport, batch: list[MakeLog]) -> None:
        encoded: list[bytes] = []
        for make in batch:
            try:
                encoded.append(encode(make(), other=str))
            except Exception:
                _diagnostics.warning("a log could not be made", exc_info=True)
                self._lose(1, "it cannot be written as JSON")
        for part in _parts(encoded):
            self._post(transport, part)

    def _post(self, transport: Transport, logs: list[bytes]) -> None:
        content = b'{"logs":[' + b",".join(logs) + b"]}"
        call: Call[None] = Call(
            method="POST", path="/api/v1/logs", content=content, read=lambda _: None
        )
        pause_s = _PAUSE_S
        while True:
            try:
                return transport.send(call)
            except APIStatusError as error:
                if error.status in (408, 429) or error.status >= 500:
                    why: VouchError = error
                elif len(logs) > 1 and error.status in _WRONG_LOG:
                    # One of them is wrong, and all are refused: the others go alone.
                    for log in logs:
                        self._post(transport, [log])
                    return
                else:
                    return self._lose(len(logs), str(error))
            except APIConnectionError as error:
                why = error
            if not self._pause(pause_s):
                return self._lose(len(logs), str(why))
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _pause(self, seconds: float) -> bool:
        """Waits for the server to come back; `False` when there is no more time for it."""
        until = time.monotonic() + seconds * random.uniform(0.5, 1.0)
        with self._changed:
            self._changed.wait_for(lambda: self._closed, until - time.monotonic())
            return not self._closed

    def _lose(self, count: int, why: str) -> None:
        with self._changed:
            # After `close` gave up on them they are counted already.
            if self._sending or not self._closed:
                self._drop(count, why)

    def _drop(self, count: int, why: str) -> None:
        if self.dropped == 0 or (self.dropped + count) // 100 > self.dropped // 100:
            _diagnostics.warning("%d logs are lost: %s", self.dropped + count, why)
        self.dropped += count


def _parts(logs: list[bytes]) -> Iterator[list[bytes]]:
    """The logs in bodies that the server takes."""
    part: list[bytes] = []
    size = 0
    for log in logs:
        if part and size + len(log) > _BATCH_BYTES:
            yield part
            part, size = [], 0
        part.append(log)
        size += len(log)
    if part:
        yield part


_all: weakref.WeakSet[Background] = weakref.WeakSet()


def _begin_again() -> None:
    for background in list(_all):
        background._begin()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_again)
