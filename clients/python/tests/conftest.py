"""A provider, and a server on it: the binary that `VOUCH_BIN` names."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from provider import Provider

from vouch_hitl import Log, NotFoundError, Vouch

KEY = "vk_test_admin_key_0123456789"
STARTING_S = 60


class Server:
    """A `vouch serve` of its own, with the deployment `assistant` on the provider."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = KEY

    def call(self, method: str, path: str, body: Any) -> Any:
        headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
        content = json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, content, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def set_up(self, provider: Provider) -> None:
        wanted = {"kind": "openai", "base_url": provider.url, "key": {"from": "none"}}
        self.call("PUT", "/api/v1/providers/fake", wanted)
        prompt = [{"role": "system", "content": "You help {{ name | default('us') }}."}]
        variant = {"name": "default", "provider": "fake", "model": "fake-1", "prompt": prompt}
        version = {"variants": [variant]}
        self.call("POST", "/api/v1/deployments", {"key": "assistant", "version": version})

    def log(self, client: Vouch, log_id: str) -> Log:
        """The log, once it is there: the gateway's own are queued for a moment."""
        deadline = time.monotonic() + 10
        while True:
            try:
                return client.logs.get(log_id)
            except NotFoundError:
                if time.monotonic() > deadline:
                    raise
                threading.Event().wait(0.02)


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    with Provider() as running:
        yield running


@pytest.fixture(scope="session")
def server(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    binary = os.environ.get("VOUCH_BIN")
    if not binary:
        pytest.skip("set VOUCH_BIN to a vouch binary to run the tests against a real server")
    folder = tmp_path_factory.mktemp("vouch")
    with (folder / "stderr").open("wb") as errors:
        process = subprocess.Popen(
            [binary, "serve", "--listen", "127.0.0.1:0", "--data", str(folder / "data")],
            env={**os.environ, "VOUCH_ADMIN_KEY": KEY},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        running = Server(_address(process, folder))
        running.set_up(provider)
        yield running
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def vouch(server: Server) -> Iterator[Vouch]:
    with Vouch(base_url=server.url, api_key=server.key) as client:
        yield client


def _address(process: subprocess.Popen[str], folder: Path) -> str:
    """The address that the server prints; its errors where it prints none."""
    overdue = threading.Timer(STARTING_S, process.kill)
    overdue.start()
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if "listening on " in line:
                return line.split("listening on ", 1)[1].strip()
    finally:
        overdue.cancel()
    raise AssertionError(f"the server did not start:\n{(folder / 'stderr').read_text()}")
