"""`orq-ai-sdk` 4.9, the last with `deployments.metrics.create`: the addMetrics of our mission."""

import pytest
from conftest import INPUTS
from fake import TEXT
from orq_ai_sdk import Orq, models

HELLO = [{"role": "user", "content": "hello"}]

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def orq(server):
    with Orq(api_key=server.key, server_url=server.url) as orq:
        yield orq


def test_metrics_complete_the_log_of_get_config(server, fake, orq):
    config = orq.deployments.get_config(key="assistant", inputs=INPUTS)
    assert server.log(config.id)["status"] == "configured"

    # Usage and the answer come apart, as in an application that streams.
    first = orq.deployments.metrics.create(
        id=config.id,
        usage={"prompt_tokens": 1, "completion_tokens": 2},
        performance={"latency": 9000, "time_to_first_token": 250},
        metadata={"custom": "custom_metadata", "round": 1},
    )
    assert first.success is True
    log = server.log(config.id)
    assert log["status"] == "configured"
    assert log["usage"]["prompt_tokens"] == 1
    assert log["usage"]["completion_tokens"] == 2
    assert log["usage"]["total_tokens"] == 3
    assert log["performance"] == {"latency": 9000, "time_to_first_token": 250}

    orq.deployments.metrics.create(
        id=config.id,
        messages=HELLO,
        choices=[{"role": "assistant", "content": "I answered this myself."}],
        feedback={"score": 70},
        metadata={"round": 2},
    )
    log = server.log(config.id)
    assert log["status"] == "completed"
    assert log["choices"][0]["message"]["content"] == "I answered this myself."
    assert log["metadata"] == {"custom": "custom_metadata", "round": 2}
    rounds = [one["value"] for one in log["metadata_history"] if one["key"] == "round"]
    assert rounds == [1, 2], "the older value stays readable"
    assert log["tally"]["score"] == 70
    assert fake.calls == []


def test_metrics_join_the_log_of_an_invocation(server, orq):
    answer = orq.deployments.invoke(key="assistant", inputs=INPUTS, messages=HELLO)
    assert answer.choices[0].message.content == TEXT
    orq.deployments.metrics.create(
        id=answer.id,
        feedback={"score": 30},
        choices=[{"role": "assistant", "content": "something else"}],
    )
    log = server.log(answer.id)
    assert log["choices"][0]["message"]["content"] == TEXT, "what was there stays"
    assert log["tally"]["score"] == 30


def test_a_stream_arrives_in_pieces(orq):
    with orq.deployments.stream(key="assistant", inputs=INPUTS, messages=HELLO) as stream:
        events = [event.data for event in stream]
    assert "".join(event.choices[0].message.content or "" for event in events if event.choices) == TEXT
    assert events[-1].is_final


def test_wrong_metrics_are_refused_with_the_reason(server, orq):
    config = orq.deployments.get_config(key="assistant", inputs=INPUTS)
    with pytest.raises(models.APIError) as raised:
        orq.deployments.metrics.create(id=config.id, feedback={"score": 101})
    assert raised.value.status_code == 400
    assert "100" in raised.value.body
    assert server.log(config.id)["feedback"] == []


def test_a_wrong_key_is_refused(server):
    with Orq(api_key="vk_wrong", server_url=server.url) as stranger:
        with pytest.raises(models.APIError) as raised:
            stranger.deployments.get_config(key="assistant")
    assert raised.value.status_code == 401
