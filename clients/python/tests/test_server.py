"""The sync client against a real server."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from conftest import Server
from provider import TEXT, USAGE, Provider

from vouch_hitl import (
    APIStatusError,
    AuthenticationError,
    NotFoundError,
    StreamBrokenError,
    UnprocessableEntityError,
    Vouch,
    log_id_of,
    new_log_id,
    with_logging,
)

HELLO: list[Any] = [{"role": "user", "content": "hello"}]


def test_invoke_and_add_metrics(vouch: Vouch, server: Server, provider: Provider) -> None:
    answer = vouch.invoke(
        "assistant",
        inputs={"name": "Ann"},
        messages=HELLO,
        metadata={"plan": "pro"},
        chain_id="chain-1",
        conversation_id="conversation-1",
        user_id="ann",
        extra_params={"temperature": 0},
    )
    assert answer.text == TEXT
    assert provider.calls[-1]["messages"][0] == {"role": "system", "content": "You help Ann."}
    server.log(vouch, answer.log_id)
    added = answer.add_metrics(
        feedback={"score": 70},
        metadata={"custom": "custom_metadata"},
        performance={"latency": 9000, "time_to_first_token": 250},
    )
    assert added.attached
    assert len(added.feedback_ids) == 1
    log = vouch.logs.get(answer.log_id)
    assert (log.status, log.origin, log.deployment) == ("completed", "gateway", "assistant")
    assert (log.chain_id, log.conversation_id) == ("chain-1", "conversation-1")
    assert log.user_id == "ann"
    assert log.metadata == {"plan": "pro", "custom": "custom_metadata"}
    assert log.choices[0].text == TEXT
    assert log.usage is not None
    assert log.usage.total_tokens == 13
    assert log.tally.score == 70
    assert log.feedback[0].value == 70


def test_a_stream(vouch: Vouch, server: Server) -> None:
    call = vouch.invoke_stream("assistant", inputs={"name": "Ann"}, messages=HELLO)
    with call as stream:
        assert "".join(chunk.text for chunk in stream) == TEXT
    answer = stream.collect()
    answer.feedback(thumbs=True)
    log = server.log(vouch, answer.log_id)
    assert log.choices[0].text == TEXT
    assert log.tally.thumbs_up == 1
    assert log.performance.time_to_first_token is not None


def test_a_stream_that_one_leaves_is_cancelled(vouch: Vouch, server: Server) -> None:
    messages = [{"role": "user", "content": "go on"}]
    with vouch.invoke_stream("assistant", messages=messages) as stream:
        next(stream)
    assert stream.log_id is not None
    assert server.log(vouch, stream.log_id).status == "cancelled"


def test_a_stream_that_the_provider_breaks(vouch: Vouch) -> None:
    messages = [{"role": "user", "content": "break off"}]
    with pytest.raises(StreamBrokenError) as caught:
        vouch.invoke_stream("assistant", messages=messages).collect()
    assert caught.value.log_id is not None


def test_feedback_of_all_kinds(vouch: Vouch) -> None:
    log_id = vouch.logs.send(messages=HELLO, choices=[])
    kept = vouch.feedback(log_id=log_id, thumbs=False, score=20, comment="No.", user_id="ann")
    assert kept.attached == [True, True]
    vouch.feedback(log_id=log_id, name="defects", value=["spelling", "repetition"])
    vouch.feedback(log_id=log_id, correction="Hello, Ann.")
    vouch.feedback(log_id=log_id, name="rating", value="good", source="judge")
    many = vouch.feedback_many(
        [
            {"chain_id": "chain-2", "score": 60},
            {"conversation_id": "conversation-2", "thumbs": True},
            {"log_id": new_log_id(), "thumbs": True},
        ]
    )
    assert many.attached == [True, True, False]
    found = {one.name: one for one in vouch.logs.get(log_id).feedback}
    assert found["thumbs"].value is False
    assert found["thumbs"].comment == "No."
    assert (found["thumbs"].source, found["thumbs"].author) == ("end_user", "end_user:ann")
    assert found["defects"].value == ["repetition", "spelling"]
    assert found["correction"].correction == "Hello, Ann."
    assert found["rating"].source == "judge"
    taken = vouch.retract(kept.ids[0], user_id="ann")
    assert taken.retracted_at is not None
    assert not taken.counts


def test_the_same_write_again_changes_nothing(vouch: Vouch) -> None:
    log_id = vouch.logs.send(messages=HELLO)
    once = vouch.feedback(log_id=log_id, thumbs=True, idempotency_key="key-1")
    again = vouch.feedback(log_id=log_id, thumbs=True, idempotency_key="key-1")
    assert once.ids == again.ids
    assert len(vouch.logs.get(log_id).feedback) == 1


def test_logs_are_sent_and_listed(vouch: Vouch) -> None:
    ids = vouch.logs.send_many(
        {"id": new_log_id(), "messages": HELLO, "user_id": "lister", "model": "m"} for _ in range(5)
    )
    vouch.feedback(log_id=ids[0], thumbs=True)
    listed = [log.id for log in vouch.logs.list(user_id="lister", page_size=2)]
    assert sorted(listed) == sorted(ids)
    pages = list(vouch.logs.list(user_id="lister", page_size=2).pages())
    assert [len(page.items) for page in pages] == [2, 2, 1]
    liked = list(vouch.logs.list(user_id="lister", thumbs="up", has_feedback=True))
    assert [log.id for log in liked] == [ids[0]]
    assert liked[0].feedback.thumbs_up == 1


def test_a_token_for_the_browser(vouch: Vouch, server: Server) -> None:
    log_id = vouch.logs.send(messages=HELLO)
    token = vouch.feedback_token(log_id, ttl_s=60, user_id="ann")
    given = {"token": token.token, "name": "thumbs", "value": True}
    server.call("POST", "/api/v1/public/feedback", given)
    assert vouch.logs.get(log_id).feedback[0].author == "end_user:ann"


def test_what_is_wrong_is_named(vouch: Vouch, server: Server) -> None:
    log_id = vouch.logs.send(messages=HELLO)
    with pytest.raises(UnprocessableEntityError) as wrong:
        vouch.add_metrics(log_id, feedback={"score": 101})
    assert [one.pointer for one in wrong.value.errors] == ["/feedback/score"]
    assert wrong.value.request_id is not None
    with pytest.raises(UnprocessableEntityError) as one_of_many:
        vouch.feedback_many([{"log_id": log_id, "thumbs": True}, {"log_id": log_id, "score": -1}])
    assert one_of_many.value.errors[0].pointer == "/feedback/1/value"
    with pytest.raises(NotFoundError):
        vouch.logs.get(new_log_id())
    with pytest.raises(NotFoundError, match="nobody"):
        vouch.invoke("nobody")
    with pytest.raises(APIStatusError) as upstream:
        Vouch(base_url=server.url, api_key=server.key, max_retries=0).invoke(
            "assistant", messages=[{"role": "user", "content": "fail with 429"}]
        )
    assert upstream.value.status == 429
    with pytest.raises(AuthenticationError):
        Vouch(base_url=server.url, api_key="vk_wrong").logs.get(log_id)


def test_calls_around_the_gateway_are_logged(vouch: Vouch, provider: Provider) -> None:
    plain = openai.OpenAI(base_url=provider.url, api_key="x", max_retries=0)
    client = with_logging(plain, vouch, metadata={"app": "shop"}, provider="fake")
    completion = client.chat.completions.create(
        model="fake-1", messages=HELLO, logprobs=True, top_logprobs=1, user="ann"
    )
    stream = client.chat.completions.create(model="fake-1", messages=HELLO, stream=True)
    assert len(list(stream)) == 6
    failing: list[Any] = [{"role": "user", "content": "fail with 429"}]
    with pytest.raises(openai.RateLimitError) as caught:
        client.chat.completions.create(model="fake-1", messages=failing)
    assert vouch.flush()
    first = vouch.logs.get(str(log_id_of(completion)))
    assert (first.origin, first.provider, first.user_id) == ("ingest", "fake", "ann")
    assert first.uncertainty is not None
    assert first.metadata == {"app": "shop"}
    second = vouch.logs.get(str(log_id_of(stream)))
    assert second.choices[0].text == TEXT
    assert second.usage is not None
    assert second.usage.total_tokens == USAGE["total_tokens"]
    third = vouch.logs.get(str(log_id_of(caught.value)))
    assert third.status == "failed"
    assert third.error is not None
    assert third.error.status == 429
