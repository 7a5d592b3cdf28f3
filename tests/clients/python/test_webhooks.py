"""The receiver of docs/webhooks.md, as it is written, with the published `standardwebhooks`."""

import os
import queue
import re
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from server import Server

DOCS = Path(__file__).parents[3] / "docs/webhooks.md"
SETTLING_S = 20


class Receiver:
    """What the receiver printed, line by line."""

    def __init__(self, process):
        self.lines = queue.Queue()
        threading.Thread(target=self._read, args=[process.stdout], daemon=True).start()

    def _read(self, stdout):
        for line in stdout:
            self.lines.put(line.strip())

    def line(self, wait_s=SETTLING_S):
        return self.lines.get(timeout=wait_s)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def receiver(folder, port, secret):
    (code,) = re.findall(r"^```python\n(.*?)^```$", DOCS.read_text(), re.DOTALL | re.MULTILINE)
    program = folder / "receiver.py"
    program.write_text(code)
    process = subprocess.Popen(
        [sys.executable, str(program)],
        env={**os.environ, "WEBHOOK_SECRET": secret, "PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + SETTLING_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < deadline, "no receiver"
                time.sleep(0.05)
        yield Receiver(process)
    finally:
        process.kill()
        process.wait()


def attempts(server, hook, delivery, state):
    """The attempts of a delivery, once it is in that state."""
    deadline = time.monotonic() + SETTLING_S
    while True:
        items = server.get(f"/api/v1/webhooks/{hook}/deliveries")["items"]
        (found,) = [one for one in items if one["id"] == delivery]
        if found["state"] == state and found["attempts"]:
            return found["attempts"]
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def hook(server, port):
    body = {"name": "tests", "url": f"http://127.0.0.1:{port}/", "events": ["task.completed"]}
    made = server.post("/api/v1/webhooks", body)
    yield made
    server.call("DELETE", f"/api/v1/webhooks/{made['id']}")


def test_the_receiver_of_the_docs_takes_what_the_server_signs(server, hook, port, tmp_path):
    test = f"/api/v1/webhooks/{hook['id']}/test"
    with receiver(tmp_path, port, hook["secret"]) as told:
        sent = server.post(test, {})
        assert told.line() == f"webhook.test {{'webhook_id': '{hook['id']}'}}"
        (taken,) = attempts(server, hook["id"], sent["id"], "delivered")
        assert taken["status"] == 204

        # For a day, what is sent is signed for the old secret as well.
        rotated = server.post(f"/api/v1/webhooks/{hook['id']}/rotate", {})
        again = server.post(test, {})
        assert told.line().startswith("webhook.test")
        (taken,) = attempts(server, hook["id"], again["id"], "delivered")
        assert taken["status"] == 204

    with receiver(tmp_path, port, rotated["secret"]) as told:
        new = server.post(test, {})
        assert told.line().startswith("webhook.test")
        # A replay is known by its id: it is taken, and printed no second time.
        server.post(f"/api/v1/webhooks/{hook['id']}/deliveries/{new['id']}/replay", {})
        deadline = time.monotonic() + SETTLING_S
        while len(attempts(server, hook["id"], new["id"], "delivered")) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert told.lines.empty()


def test_it_refuses_what_is_signed_with_another_secret(server, hook, port, tmp_path):
    other = "whsec_" + "A" * 43 + "="
    with receiver(tmp_path, port, other) as told:
        sent = server.post(f"/api/v1/webhooks/{hook['id']}/test", {})
        refused = attempts(server, hook["id"], sent["id"], "waiting")
        assert refused[0]["status"] == 401
        assert told.lines.empty()


def decide(server, name):
    """Has a task of a new queue decided; says which."""
    question = {"key": "good", "title": "Good?", "type": "yes_no"}
    body = {"name": name, "item": "record", "rubric": {"questions": [question]}}
    made = server.post("/api/v1/queues", body)
    items = [{"type": "record", "fields": {"text": "a"}}]
    task = server.post(f"/api/v1/queues/{made['id']}/tasks", {"items": items})["ids"][0]
    decision = {"answers": {"good": True}, "reason": "it is"}
    server.post(f"/api/v1/tasks/{task}/adjudicate", decision)
    return task


def test_a_decided_task_is_told(server, hook, port, tmp_path):
    with receiver(tmp_path, port, hook["secret"]) as told:
        task = decide(server, "told")
        line = told.line()
        assert line.startswith("task.completed ") and task in line, line


def test_a_killed_server_tells_what_it_had_not_told(port, tmp_path):
    with Server(tmp_path) as killed:
        body = {"name": "t", "url": f"http://127.0.0.1:{port}/", "events": ["task.completed"]}
        hook = killed.post("/api/v1/webhooks", body)
        tasks = [decide(killed, f"queue {n}") for n in range(5)]
        killed.process.kill()
        killed.process.wait()
    # An attempt that the kill cut off is repeated after a minute, one that failed after 5 s.
    with Server(tmp_path), receiver(tmp_path, port, hook["secret"]) as told:
        lines = [told.line(90) for _ in tasks]
        assert all(any(task in line for line in lines) for task in tasks), lines
