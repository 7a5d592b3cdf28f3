"""Starts the server under test and reads back what it kept."""

import json
import os
import queue
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest

KEY = "vk_test_0123456789abcdefghijklmnopqrstuv"
STARTING_S = 60
SETTLING_S = 10


class Server:
    """A `vouch serve` of its own, on a free port, with its data in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.key = KEY

    def __enter__(self):
        binary = os.environ.get("VOUCH_BIN")
        if not binary:
            pytest.exit("VOUCH_BIN is not set: run `cargo xtask test --only clients`", 2)
        self.errors = self.folder / "stderr"
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [binary, "serve", "--listen", "127.0.0.1:0", "--data", str(self.folder / "data")],
                env={**os.environ, "VOUCH_ADMIN_KEY": KEY, "VOUCH_WEBHOOK_ALLOW_PRIVATE": "true"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        try:
            self.url = self._address()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _address(self):
        lines = queue.Queue()

        def read():
            for line in self.process.stdout:
                lines.put(line)
            lines.put(None)

        threading.Thread(target=read, daemon=True).start()
        deadline = time.monotonic() + STARTING_S
        seen = []
        while True:
            try:
                line = lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                line = None
            if line is None:
                said = "".join(seen) + self.errors.read_text(errors="replace")
                pytest.exit(f"the server did not say where it listens:\n{said}", 2)
            seen.append(line)
            if "listening on " in line:
                return line.split("listening on ", 1)[1].strip()

    def call(self, method, path, body=None):
        """The native API: the answer's JSON, or an error that shows the problem."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"authorization": f"Bearer {KEY}", "content-type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(
                f"{method} {path}: {error.code} {error.read().decode()}"
            ) from error
        return json.loads(text) if text else None

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, body):
        return self.call("POST", path, body)

    def deploy(self, key, variants):
        self.post(
            "/api/v1/deployments",
            {"key": key, "description": "", "version": {"variants": variants}},
        )

    def log(self, log_id, until=lambda log: True):
        """The log, once it is committed and as the test wants it: a live call's is queued."""
        deadline = time.monotonic() + SETTLING_S
        while True:
            try:
                log = self.get(f"/api/v1/logs/{log_id}")
                if until(log):
                    return log
                last = json.dumps(log, indent=1)
            except AssertionError as error:
                last = str(error)
            if time.monotonic() > deadline:
                raise AssertionError(f"log {log_id} did not get there:\n{last}")
            time.sleep(0.02)

    def feedback(self, log_id, name):
        """The feedback of that name on a log, oldest first."""
        return [one for one in self.log(log_id)["feedback"] if one["name"] == name]
