"""A provider that speaks OpenAI's API and does what the last message says.

`fail with 429` answers with that status; `break off` closes the connection within the answer;
`go on` streams until the caller goes away; `use the tool` calls a tool; anything else is greeted.
"""

import base64
import json
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PIECES = ["Hello", " from", " fake", "."]
TEXT = "".join(PIECES)
USAGE = {
    "prompt_tokens": 9,
    "completion_tokens": 4,
    "total_tokens": 13,
    "prompt_tokens_details": {"cached_tokens": 3},
}
LOGPROBS = [-0.1, -0.2, -1.5, -0.05]
ERRORS = {
    400: ("invalid_request_error", "that will not do"),
    429: ("rate_limit_error", "slow down"),
    500: ("server_error", "something broke"),
}
VECTORS = [[0.5, -0.25], [1.0, 0.0]]


class Fake:
    """Runs on a free port; keeps the bodies of its calls."""

    def __enter__(self):
        self.calls = []
        self.left = threading.Event()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.fake = self
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer(200, {"object": "list", "data": [{"id": "fake-1"}, {"id": "fake-2"}]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.fake.calls.append(body)
        if self.path == "/v1/embeddings":
            self.answer(200, embeddings(body))
            return
        said = body["messages"][-1]["content"]
        if said.startswith("fail with "):
            kind, message = ERRORS[int(said.removeprefix("fail with "))]
            error = {"message": message, "type": kind, "param": None, "code": kind}
            self.answer(int(said.removeprefix("fail with ")), {"error": error})
        elif body.get("stream"):
            self.stream(body, said)
        else:
            self.answer(200, self.completion(body, said), {"x-request-id": "req_fake"})

    def answer(self, status, body, headers=None):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def completion(self, body, said):
        message = {"role": "assistant", "content": TEXT, "x_mood": "sunny"}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        if said == "use the tool":
            function = {"name": "weather", "arguments": '{"city":"Delft"}'}
            call = {"id": "call_1", "type": "function", "function": function}
            message |= {"content": None, "tool_calls": [call]}
            choice["finish_reason"] = "tool_calls"
        if body.get("logprobs"):
            choice["logprobs"] = {"content": list(map(logprob, PIECES, LOGPROBS)), "refusal": None}
        return {
            "id": "chatcmpl-fake",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": body["model"],
            "choices": [choice],
            "usage": USAGE,
            "system_fingerprint": "fp_fake",
            "x_unknown": {"kept": [1, 2.50, "three"]},
        }

    def stream(self, body, said):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self.event(body, {"role": "assistant", "content": ""})
        if said == "go on":
            self.go_on(body)
            return
        for piece, value in zip(PIECES, LOGPROBS):
            extra = {}
            if body.get("logprobs"):
                extra["logprobs"] = {"content": [logprob(piece, value)], "refusal": None}
            self.event(body, {"content": piece}, **extra)
            if said == "break off":
                self.close_connection = True
                return
        self.event(body, {}, finish_reason="stop")
        if (body.get("stream_options") or {}).get("include_usage"):
            self.chunk(body, {"choices": [], "usage": USAGE})
        self.write(b"data: [DONE]\n\n")
        self.write(b"")

    def go_on(self, body):
        """Until the caller goes away; a hundred seconds at most."""
        pause = threading.Event()
        try:
            for number in range(2000):
                self.event(body, {"content": f"{number} "})
                pause.wait(0.05)
        except OSError:
            self.server.fake.left.set()
        self.close_connection = True

    def event(self, body, delta, finish_reason=None, **extra):
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, **extra}
        self.chunk(body, {"choices": [choice]})

    def chunk(self, body, fields):
        chunk = {
            "id": "chatcmpl-fake",
            "object": "chat.completion.chunk",
            "created": 1_700_000_000,
            "model": body["model"],
            "x_unknown": 7,
            **fields,
        }
        self.write(f"data: {json.dumps(chunk)}\n\n".encode())

    def write(self, data):
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


def logprob(token, value):
    likely = [{"token": token, "logprob": value, "bytes": list(token.encode())}]
    return {**likely[0], "top_logprobs": likely}


def embeddings(body):
    """OpenAI's client asks for base64 where its caller says nothing."""

    def vector(values):
        if body.get("encoding_format") == "base64":
            return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
        return values

    data = [
        {"object": "embedding", "index": index, "embedding": vector(VECTORS[index])}
        for index, _ in enumerate(body["input"])
    ]
    usage = {"prompt_tokens": 2, "total_tokens": 2}
    return {"object": "list", "data": data, "model": body["model"], "usage": usage}
