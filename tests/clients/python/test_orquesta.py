"""`orquesta-sdk` 2.0: get_config, invoke and add_metrics with only the address changed."""

import orquesta_sdk.api_resources.deployments as resource
import pytest
from conftest import INPUTS
from fake import TEXT
from orquesta_sdk import Orquesta, OrquestaClientOptions
from orquesta_sdk.exceptions import OrquestaException

HELLO = [{"role": "user", "content": "hello"}]


@pytest.fixture
def deployments(server, monkeypatch):
    address = f"{server.url}/v2/deployments"
    monkeypatch.setattr(resource, "DEPLOYMENTS_API", address)
    monkeypatch.setattr(resource, "GET_CONFIG_URL", f"{address}/get_config")
    monkeypatch.setattr(resource, "INVOKE_URL", f"{address}/invoke")
    client = Orquesta(OrquestaClientOptions(api_key=server.key, environment="production"))
    client.set_user(id="user-2")
    return client.deployments


def test_add_metrics_completes_the_log_of_get_config(server, fake, deployments):
    config = deployments.get_config(
        key="assistant", context={"locale": "en"}, inputs=INPUTS, metadata={"page": "home"}
    )
    assert (config.model, config.type) == ("fake-1", "chat")
    assert config.messages == [{"role": "system", "content": "You are Ann."}]
    assert config.parameters["temperature"] == 0.5
    assert server.log(config.id)["status"] == "configured"

    # The documentation's own example.
    config.add_metrics(
        chain_id="c4a75b53-62fa-401b-8e97-493f3d299316",
        conversation_id="ee7b0c8c-eeb2-43cf-83e9-a4a49f8f13ea",
        user_id="e3a202a6-461b-447c-abe2-018ba4d04cd0",
        feedback={"score": 70},
        metadata={"custom": "custom_metadata", "chain_id": "ad1231xsdaABw"},
        usage={"prompt_tokens": 100, "completion_tokens": 900, "total_tokens": 1000},
        performance={"latency": 9000, "time_to_first_token": 250},
        messages=HELLO,
        choices=[
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": "I answered this myself."},
            }
        ],
    )
    log = server.log(config.id)
    assert log["status"] == "completed"
    assert log["chain_id"] == "c4a75b53-62fa-401b-8e97-493f3d299316"
    assert log["conversation_id"] == "ee7b0c8c-eeb2-43cf-83e9-a4a49f8f13ea"
    assert log["user_id"] == "user-2", "known from the call: what was there stays"
    assert log["metadata"] == {
        "page": "home",
        "custom": "custom_metadata",
        "chain_id": "ad1231xsdaABw",
    }
    assert log["usage"]["total_tokens"] == 1000
    assert log["performance"] == {"latency": 9000, "time_to_first_token": 250}
    assert log["choices"][0]["message"]["content"] == "I answered this myself."
    assert log["tally"]["score"] == 70
    assert fake.calls == []


def test_invoke_answers_and_takes_metrics(server, fake, deployments):
    answer = deployments.invoke(
        key="assistant",
        inputs=INPUTS,
        metadata={"page": "home"},
        chain_id="chain-2",
        conversation_id="talk-2",
        messages=HELLO,
    )
    assert answer.choices[0].message.content == TEXT
    assert answer.is_final is True
    log = server.log(answer.id)
    assert (log["chain_id"], log["conversation_id"]) == ("chain-2", "talk-2")
    assert (log["user_id"], log["metadata"]) == ("user-2", {"page": "home"})

    answer.add_metrics(feedback={"score": 30})
    answer.add_metrics(feedback={"score": 40}, metadata={"page": "search"})
    log = server.log(answer.id)
    assert log["metadata"] == {"page": "search"}
    assert log["tally"]["score"] == 40, "the newest by the same author counts"
    assert [one["counts"] for one in log["feedback"]].count(True) == 1
    assert len(log["feedback"]) == 2


def test_a_stream_arrives_in_pieces(server, deployments):
    events = list(deployments.invoke_with_stream(key="assistant", inputs=INPUTS, messages=HELLO))
    pieces = [choice.to_dict()["message"].get("content", "") for e in events for choice in e.choices]
    assert "".join(pieces) == TEXT
    assert [event.is_final for event in events] == [False] * (len(events) - 1) + [True]
    log = server.log(events[-1].id)
    assert (log["status"], log["choices"][0]["message"]["content"]) == ("completed", TEXT)


def test_the_clients_environment_chooses_the_variant(server, deployments):
    answer = deployments.invoke(key="routed", messages=HELLO)
    assert server.log(answer.id)["variant"] == "production"


def test_errors_raise_the_clients_own_exception(deployments):
    with pytest.raises(OrquestaException) as raised:
        deployments.invoke(key="nobody", messages=HELLO)
    assert (raised.value.code, raised.value.source) == (404, "vouch")
    assert raised.value.message
    failing = [{"role": "user", "content": "fail with 429"}]
    with pytest.raises(OrquestaException) as raised:
        deployments.invoke(key="assistant", inputs=INPUTS, messages=failing)
    assert raised.value.code == 429
    with pytest.raises(OrquestaException):
        list(deployments.invoke_with_stream(key="assistant", inputs=INPUTS, messages=failing))
