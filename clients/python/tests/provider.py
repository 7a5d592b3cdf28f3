"""A provider that speaks OpenAI's chat completions and does what the last message says.

`fail with 429` answers with that status; `break off` closes the connection within the answer;
`go on` streams until the caller goes away; `no stream_options` refuses that field; `use the tool`
calls a tool; `wait` waits for a moment; anything else is greeted.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

PIECES = ["Hello", " from", " fake", "."]
TEXT = "".join(PIECES)
USAGE = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}


class Provider:
    """Runs on a free port; keeps the bodies and the headers of its calls."""

    def __enter__(self) -> Self:
        self.calls: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self._http = _Quiet(("127.0.0.1", 0), _Handler)
        self._http.daemon_threads = True
        self._http.provider = self  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.shutdown()
        self._http.server_close()


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that go away are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        provider: Provider = self.server.provider  # type: ignore[attr-defined]
        provider.calls.append(body)
        provider.headers.append({name.lower(): value for name, value in self.headers.items()})
        said = body["messages"][-1]["content"]
        if said.startswith("fail with "):
            self._fail(int(said.removeprefix("fail with ")), "slow down")
        elif said == "no stream_options" and "stream_options" in body:
            self._fail(400, "unknown field: stream_options")
        elif body.get("stream"):
            self._stream(body, said)
        else:
            if said == "wait":
                threading.Event().wait(1)
            self._answer(200, _completion(body, said))

    def _fail(self, status: int, message: str) -> None:
        self._answer(status, {"error": {"message": message, "type": "error", "code": None}})

    def _answer(self, status: int, body: Any) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _stream(self, body: dict[str, Any], said: str) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self._event(body, {"role": "assistant", "content": ""})
        if said == "go on":
            return self._go_on(body)
        for piece in PIECES:
            self._event(body, {"content": piece})
            if said == "break off":
                self.close_connection = True
                return
        self._event(body, {}, "stop")
        if (body.get("stream_options") or {}).get("include_usage"):
            self._chunk(body, {"choices": [], "usage": USAGE})
        self._write(b"data: [DONE]\n\n")
        self._write(b"")

    def _go_on(self, body: dict[str, Any]) -> None:
        """Until the caller goes away; ten seconds at most."""
        pause = threading.Event()
        try:
            for number in range(500):
                self._event(body, {"content": f"{number} "})
                pause.wait(0.02)
        except OSError:
            pass
        self.close_connection = True

    def _event(self, body: dict[str, Any], delta: Any, finish_reason: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        self._chunk(body, {"choices": [choice]})

    def _chunk(self, body: dict[str, Any], fields: Any) -> None:
        chunk = {
            "id": "chatcmpl-fake",
            "object": "chat.completion.chunk",
            "created": 1_700_000_000,
            "model": body["model"],
            **fields,
        }
        self._write(f"data: {json.dumps(chunk)}\n\n".encode())

    def _write(self, piece: bytes) -> None:
        self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        self.wfile.flush()


def _completion(body: dict[str, Any], said: str) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": TEXT}
    if said == "use the tool":
        function = {"name": "weather", "arguments": '{"city":"Delft"}'}
        call = {"id": "call_1", "type": "function", "function": function}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
    if said == "json":
        message["content"] = '{"city":"Delft"}'
    choice: dict[str, Any] = {"index": 0, "message": message, "finish_reason": "stop"}
    if body.get("logprobs"):
        token = {"token": "Hello", "logprob": -0.1, "bytes": [72], "top_logprobs": []}
        choice["logprobs"] = {"content": [token], "refusal": None}
    return {
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": body["model"],
        "choices": [choice],
        "usage": USAGE,
    }
