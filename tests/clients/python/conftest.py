"""One server and one fake provider for all tests, and which tests belong to which clients.

`cargo xtask test --only clients` makes the environments and runs this in each of them.
"""

import os
from pathlib import Path

import pytest
from fake import Fake
from server import Server

TESTS = {
    "current": ["test_openai.py", "test_orq.py", "test_orquesta.py"],
    "previous": ["test_openai.py", "test_orq_metrics.py"],
    "otel": ["test_otel.py"],
    "webhooks": ["test_webhooks.py"],
}

CLIENTS = os.environ.get("VOUCH_CLIENTS", "current")
collect_ignore = [
    path.name
    for path in Path(__file__).parent.glob("test_*.py")
    if path.name not in TESTS[CLIENTS]
]

# What every call of `assistant` needs.
INPUTS = {"name": "Ann"}


@pytest.fixture(scope="session")
def fake():
    """A provider that speaks OpenAI's chat completions."""
    with Fake() as running:
        yield running


@pytest.fixture(scope="session")
def server(fake, tmp_path_factory):
    """The server with the fake provider and two deployments on it."""
    with Server(tmp_path_factory.mktemp("vouch")) as running:
        provider = {"name": "fake", "kind": "openai", "base_url": fake.url, "key": {"from": "none"}}
        running.post("/api/v1/providers", provider)
        default = {
            "name": "default",
            "provider": "fake",
            "model": "fake-1",
            "prompt": [{"role": "system", "content": "You are {{ name }}."}],
            "parameters": {"temperature": 0.5, "max_tokens": 64},
        }
        running.deploy("assistant", [default])
        production = {
            "name": "production",
            "provider": "fake",
            "model": "fake-2",
            "context": {"environment": ["production"]},
        }
        running.deploy("routed", [{**default, "prompt": []}, production])
        yield running


@pytest.fixture(autouse=True)
def fresh(request):
    """Each test sees only its own calls of the fake provider."""
    if "fake" in request.fixturenames or "server" in request.fixturenames:
        request.getfixturevalue("fake").calls.clear()
