"""What goes over the wire, and what comes of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest
from stub import ADDED, ANSWER, BASE_URL, KEPT, Stub, ok

from vouch_hitl import Vouch, new_log_id
from vouch_hitl._opinion import wire_feedback


def test_add_metrics_sends_what_was_given() -> None:
    stub = Stub(ok(ADDED))
    stub.client().add_metrics("log/1", feedback={"score": 70}, user_id=None)
    request = stub.requests[0]
    assert request.url.raw_path == b"/api/v1/logs/log%2F1/metrics"
    assert request.headers["authorization"] == "Bearer vk_test"
    assert request.headers["user-agent"].startswith("vouch-hitl/")
    assert stub.bodies == [{"feedback": {"score": 70}}]


def test_an_answer_can_be_talked_about() -> None:
    stub = Stub(ok(ANSWER), ok(ADDED), ok(KEPT))
    answer = stub.client().invoke(
        "assistant", inputs={"name": "Ann"}, chain_id="c1", conversation_id="v1", user_id="ann"
    )
    assert (answer.log_id, answer.text) == ("log_1", "Hi")
    assert answer.usage is not None
    assert answer.usage.total_tokens == 3
    assert answer.created == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    answer.add_metrics(feedback={"score": 70})
    answer.feedback(thumbs=False, comment="It made that up.")
    assert [request.url.path for request in stub.requests] == [
        "/v2/deployments/invoke",
        "/api/v1/logs/log_1/metrics",
        "/api/v1/feedback",
    ]
    thumbs = {"log_id": "log_1", "name": "thumbs", "value": False, "comment": "It made that up."}
    assert stub.bodies[2] == {"feedback": [thumbs]}


@pytest.mark.parametrize(
    ("opinion", "wire"),
    [
        (
            {"chain_id": "c", "thumbs": True, "score": 80, "comment": "good"},
            [
                {"chain_id": "c", "name": "thumbs", "value": True, "comment": "good"},
                {"chain_id": "c", "name": "score", "value": 80},
            ],
        ),
        ({"name": "defects", "value": ["spelling"]}, [{"name": "defects", "value": ["spelling"]}]),
        ({"correction": "Delft"}, [{"name": "correction", "value": "Delft"}]),
        (
            {"correction": "Delft", "comment": "a slip"},
            [{"name": "correction", "value": "Delft", "comment": "a slip"}],
        ),
        ({"comment": "hm", "user_id": "a"}, [{"name": "comment", "value": "hm", "user_id": "a"}]),
        (
            {"thumbs": False, "correction": "Delft"},
            [{"name": "thumbs", "value": False, "correction": "Delft"}],
        ),
        ({"score": 0}, [{"name": "score", "value": 0}]),
    ],
)
def test_opinions_become_feedback(opinion: dict[str, Any], wire: list[dict[str, Any]]) -> None:
    assert wire_feedback(opinion) == wire


def test_an_opinion_must_say_something() -> None:
    with pytest.raises(ValueError, match="pass thumbs"):
        wire_feedback({"log_id": "log_1", "user_id": "ann"})
    with pytest.raises(ValueError, match="pass name"):
        wire_feedback({"log_id": "log_1", "value": 3})


def test_filters_become_a_query() -> None:
    stub = Stub(ok({"items": [], "next_cursor": None}))
    listing = stub.client().logs.list(
        status="failed",
        has_feedback=True,
        min_score=50,
        from_date=date(2026, 1, 2),
        user_id=None,
        page_size=10,
        extra_query={"filter": "score<50"},
    )
    assert list(listing) == []
    assert dict(stub.requests[0].url.params) == {
        "status": "failed",
        "has_feedback": "true",
        "min_score": "50",
        "from": "2026-01-02",
        "limit": "10",
        "filter": "score<50",
    }


def summary(log_id: str) -> dict[str, Any]:
    tally = {"thumbs_up": 0, "thumbs_down": 0, "count": 0, "has_correction": False, "score": None}
    return {
        "id": log_id,
        "created_at": "2026-01-02T03:04:05.123456Z",
        "status": "completed",
        "origin": "ingest",
        "input_preview": "",
        "output_preview": "",
        "performance": {"latency": 1.5},
        "feedback": tally,
        "new_in_a_later_version": 1,
    }


def two_pages() -> Stub:
    first = {"items": [summary("log_1"), summary("log_2")], "next_cursor": "c1"}
    return Stub(ok(first), ok({"items": [summary("log_3")], "next_cursor": None}))


def test_pages_are_fetched_as_they_are_needed() -> None:
    stub = two_pages()
    listing = iter(stub.client().logs.list())
    assert next(listing).id == "log_1"
    assert next(listing).raw["new_in_a_later_version"] == 1
    assert len(stub.requests) == 1
    assert [log.id for log in listing] == ["log_3"]
    assert stub.requests[1].url.params["cursor"] == "c1"
    assert [len(page.items) for page in two_pages().client().logs.list().pages()] == [2, 1]


def test_async_pages() -> None:
    async def run() -> list[str]:
        return [log.id async for log in two_pages().async_client().logs.list()]

    assert asyncio.run(run()) == ["log_1", "log_2", "log_3"]


def test_times_and_objects_are_sent_as_json() -> None:
    class Modelled:
        def model_dump(self, **_: Any) -> dict[str, Any]:
            return {"role": "assistant", "content": "Hi"}

    stub = Stub(ok({"ids": ["log_1"]}, 201))
    at = datetime(2026, 1, 2, tzinfo=UTC)
    messages: list[Any] = [Modelled()]
    assert stub.client().logs.send(messages=messages, created_at=at) == "log_1"
    message = {"role": "assistant", "content": "Hi"}
    log = {"messages": [message], "created_at": "2026-01-02T00:00:00+00:00"}
    assert stub.bodies == [{"logs": [log]}]


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_API_KEY", "vk_env")
    monkeypatch.setenv("VOUCH_BASE_URL", f"{BASE_URL}/")
    settings = Vouch()._transport.settings
    assert (settings.api_key, settings.base_url) == ("vk_env", BASE_URL)


def test_log_ids_sort_by_time() -> None:
    ids = [new_log_id() for _ in range(100)]
    assert all(len(one) == 30 and one.startswith("log_") for one in ids)
    assert len(set(ids)) == 100
    # 48 bits of milliseconds are the first ten digits.
    assert sorted(one[:13] for one in ids) == [one[:13] for one in ids]
