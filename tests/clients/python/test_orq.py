"""`orq-ai-sdk` 4.17: deployments, feedback and annotations with only the address changed."""

import pytest
from conftest import INPUTS
from fake import TEXT
from orq_ai_sdk import Orq, models

HELLO = [{"role": "user", "content": "hello"}]


@pytest.fixture
def orq(server):
    with Orq(api_key=server.key, server_url=server.url) as orq:
        yield orq


@pytest.fixture
def answered(orq):
    """An answer to give feedback on."""
    return orq.deployments.invoke(key="assistant", inputs=INPUTS, messages=HELLO)


def test_get_config_hands_out_the_rendered_configuration(server, fake, orq):
    config = orq.deployments.get_config(
        key="assistant", inputs=INPUTS, metadata={"page": "home"}, messages=HELLO
    )
    assert (config.model, config.type, config.version) == ("fake-1", "chat", "1")
    assert [message.content for message in config.messages] == ["You are Ann.", "hello"]
    assert (config.parameters.temperature, config.parameters.max_tokens) == (0.5, 64)
    assert fake.calls == [], "the application calls the model itself"
    log = server.log(config.id)
    assert (log["status"], log["origin"]) == ("configured", "get_config")
    assert (log["deployment"], log["version"], log["variant"]) == ("assistant", 1, "default")
    assert (log["metadata"], log["inputs"]) == ({"page": "home"}, INPUTS)


def test_invoke_answers_and_logs(server, fake, orq):
    answer = orq.deployments.invoke(
        key="assistant",
        inputs=INPUTS,
        messages=HELLO,
        prefix_messages=[{"role": "user", "content": "before"}],
        metadata={"page": "home"},
        identity={"id": "user-1"},
        thread={"id": "talk-1"},
        extra_params={"seed": 7},
        invoke_options={"include_usage": True},
    )
    assert answer.choices[0].message.content == TEXT
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.object, answer.provider, answer.is_final) == ("chat", "openailike", True)
    assert answer.usage.total_tokens == 13
    assert fake.calls[0]["seed"] == 7
    said = [message["content"] for message in fake.calls[0]["messages"]]
    assert said == ["You are Ann.", "before", "hello"]

    log = server.log(answer.id)
    assert log["status"] == "completed"
    assert (log["provider"], log["model"]) == ("fake", "fake-1"), "the log has the real names"
    assert (log["user_id"], log["conversation_id"]) == ("user-1", "talk-1")
    assert log["metadata"] == {"page": "home"}
    assert log["choices"][0]["message"]["content"] == TEXT
    assert log["usage"]["total_tokens"] == 13


def test_a_stream_arrives_in_pieces(server, orq):
    with orq.deployments.stream(key="assistant", inputs=INPUTS, messages=HELLO) as stream:
        events = [event.data for event in stream]
    assert "".join(event.choices[0].message.content or "" for event in events if event.choices) == TEXT
    assert [event.is_final for event in events] == [False] * (len(events) - 1) + [True]
    assert len({event.id for event in events}) == 1
    log = server.log(events[0].id)
    assert (log["status"], log["choices"][0]["message"]["content"]) == ("completed", TEXT)


def test_tool_calls_come_back(orq):
    answer = orq.deployments.invoke(
        key="assistant", inputs=INPUTS, messages=[{"role": "user", "content": "use the tool"}]
    )
    message = answer.choices[0].message
    assert message.type == "tool_calls"
    assert message.tool_calls[0].function.arguments == '{"city":"Delft"}'


def test_the_environment_chooses_the_variant(server, orq):
    for context, variant in [({"environments": ["production"]}, "production"), ({}, "default")]:
        answer = orq.deployments.invoke(key="routed", context=context, messages=HELLO)
        assert server.log(answer.id)["variant"] == variant


def test_errors_raise_the_clients_own_exceptions(server, orq):
    with pytest.raises(models.APIDefaultError) as raised:
        orq.deployments.invoke(key="nobody", messages=HELLO)
    assert raised.value.status_code == 404
    with pytest.raises(models.APIDefaultError) as raised:
        orq.deployments.get_config(key="nobody")
    assert raised.value.status_code == 404
    with pytest.raises(models.APIDefaultError) as raised:
        failing = [{"role": "user", "content": "fail with 429"}]
        orq.deployments.invoke(key="assistant", inputs=INPUTS, messages=failing)
    assert raised.value.status_code == 429
    with Orq(api_key="vk_wrong", server_url=server.url) as stranger:
        with pytest.raises(models.ErrorResponse) as refused:
            stranger.deployments.invoke(key="assistant", messages=HELLO)
    assert refused.value.status_code == 401
    assert refused.value.data.message


def test_feedback_is_kept_and_taken_back(server, orq, answered):
    given = {
        "rating": ["bad"],
        "defects": ["hallucination", "off_topic"],
        "interactions": ["copied"],
        "correction": "Goodbye from fake.",
    }
    ids = {}
    for name, value in given.items():
        kept = orq.feedback.create(
            request={"property": name, "value": value, "trace_id": answered.id}
        )
        assert (kept.property, kept.value, kept.trace_id) == (name, value, answered.id)
        assert kept.id
        ids[name] = kept.id

    log = server.log(answered.id)
    by_name = {one["name"]: one for one in log["feedback"]}
    assert by_name["rating"]["value"] == "bad"
    assert by_name["defects"]["value"] == ["hallucination", "off_topic"]
    assert by_name["interactions"]["value"] == ["copied"]
    correction = by_name["correction"]
    assert given["correction"] in (correction["value"], correction["correction"])
    assert log["tally"]["count"] == 4
    assert log["tally"]["has_correction"] is True

    orq.feedback.remove(
        request={"id": ids["rating"], "trace_id": answered.id, "product": "deployments"}
    )
    (rating,) = server.feedback(answered.id, "rating")
    assert rating["retracted_at"] is not None and rating["counts"] is False
    assert server.log(answered.id)["tally"]["count"] == 3


def test_wrong_feedback_is_refused_with_the_reason(server, orq, answered):
    with pytest.raises(models.PostV2FeedbackFeedbackResponseBody) as raised:
        orq.feedback.create(
            request={"property": "rating", "value": ["great"], "trace_id": answered.id}
        )
    assert raised.value.status_code == 400
    assert "good" in raised.value.data.message
    assert server.log(answered.id)["feedback"] == []


def test_annotations_become_feedback_and_are_taken_back(server, orq, answered):
    traced = {"trace_id": answered.telemetry.trace_id, "span_id": answered.telemetry.span_id}
    by = {"identity_id": "reviewer-1"}
    orq.annotations.create(
        **traced,
        annotations=[
            {"key": "rating", "value": "good"},
            {"key": "score", "value": 70},
            {"key": "thumbs", "value": True},
            {"key": "defects", "value": ["spelling"]},
        ],
        metadata=by,
    )
    log = server.log(answered.id)
    assert {one["name"]: one["value"] for one in log["feedback"]} == {
        "rating": "good",
        "score": 70,
        "thumbs": True,
        "defects": ["spelling"],
    }
    assert (log["tally"]["thumbs_up"], log["tally"]["score"]) == (1, 70)

    orq.annotations.delete(**traced, keys=["rating", "thumbs"], metadata=by)
    log = server.log(answered.id)
    counting = {one["name"] for one in log["feedback"] if one["counts"]}
    assert counting == {"score", "defects"}
    assert len(log["feedback"]) == 4, "nothing is erased"
