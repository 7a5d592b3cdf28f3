"""The examples of README and docs/clients.md, as they are written, against a real server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import Server
from provider import TEXT, Provider

from vouch_hitl import Vouch

README = Path(__file__).parent.parent / "README.md"
DOCS = Path(__file__).parents[3] / "docs/clients.md"


@pytest.fixture
def environment(server: Server, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_BASE_URL", server.url)
    monkeypatch.setenv("VOUCH_API_KEY", server.key)
    monkeypatch.setenv("OPENAI_BASE_URL", provider.url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")


def run_blocks(page: Path, count: int) -> dict[str, object]:
    blocks = re.findall(r"^```python\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE)
    assert len(blocks) == count
    names: dict[str, object] = {"__name__": "readme"}
    for block in blocks:
        exec(compile(block, str(page), "exec"), names)
    return names


@pytest.mark.usefixtures("environment")
@pytest.mark.skipif(not DOCS.is_file(), reason="only in a checkout of Vouch")
def test_the_examples_of_the_docs_run() -> None:
    names = run_blocks(DOCS, 3)
    with Vouch() as vouch:
        log = vouch.logs.get(str(getattr(names["answer"], "log_id", None)))
    assert (log.tally.score, log.tally.thumbs_up) == (70, 1)
    assert log.metadata == {"custom": "custom_metadata", "chain_id": "ad1231xsdaABw"}


@pytest.mark.usefixtures("environment")
def test_the_examples_run(capsys: pytest.CaptureFixture[str]) -> None:
    names = run_blocks(README, 9)
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
