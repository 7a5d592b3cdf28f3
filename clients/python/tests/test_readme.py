"""The examples of the README, as they are written, against a real server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import Server
from provider import TEXT, Provider

from vouch_hitl import Vouch

README = Path(__file__).parent.parent / "README.md"


def test_the_examples_run(
    server: Server,
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("VOUCH_BASE_URL", server.url)
    monkeypatch.setenv("VOUCH_API_KEY", server.key)
    monkeypatch.setenv("OPENAI_BASE_URL", provider.url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    blocks = re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.DOTALL | re.MULTILINE)
    assert len(blocks) == 9
    names: dict[str, object] = {"__name__": "readme"}
    for block in blocks:
        exec(compile(block, str(README), "exec"), names)
    printed = capsys.readouterr().out
    assert printed.startswith(f"{TEXT}\n{TEXT}")
    assert "422 The input is not valid" in printed
    assert "/feedback/0/value expected a number" in printed
    with Vouch() as vouch:
        log = vouch.logs.get(str(getattr(names["answer"], "log_id", None)))
        assert log.tally.score == 65
        assert log.metadata == {"custom": "custom_metadata", "chain_id": "ad1231xsdaABw"}
        counting = {one.name: one.value for one in log.feedback if one.counts}
        assert counting["thumbs"] is True
        assert counting["correction"].startswith("Several transactions")
