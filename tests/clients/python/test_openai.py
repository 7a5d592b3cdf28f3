"""The official `openai` client with only `base_url` and `api_key` changed."""

import os

import httpx
import openai
import pytest
from conftest import INPUTS
from fake import TEXT, VECTORS

HELLO = [{"role": "user", "content": "hello"}]
SEEN = [{"role": "system", "content": "You are Ann."}, {"role": "user", "content": "hello"}]


def say(text):
    return [{"role": "user", "content": text}]


@pytest.fixture
def client(server):
    with openai.OpenAI(
        base_url=f"{server.url}/v1", api_key=server.key, max_retries=0, timeout=60
    ) as client:
        yield client


@pytest.fixture
def chat(client):
    """A call of the deployment `assistant` with the inputs that its prompt needs."""

    def call(messages=HELLO, raw=False, **more):
        create = client.chat.completions.with_raw_response if raw else client.chat.completions
        extra = {"inputs": INPUTS, **more.pop("extra_body", {})}
        return create.create(model="assistant", messages=messages, extra_body=extra, **more)

    return call


def test_a_completion_is_answered_and_logged(server, fake, chat):
    raw = chat(raw=True)
    completion = raw.parse()
    assert completion.choices[0].message.content == TEXT
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage.total_tokens == 13
    assert completion.usage.prompt_tokens_details.cached_tokens == 3

    log = server.log(raw.headers["x-vouch-log-id"])
    assert (log["status"], log["origin"]) == ("completed", "gateway")
    assert (log["deployment"], log["version"], log["variant"]) == ("assistant", 1, "default")
    assert (log["provider"], log["model"]) == ("fake", "fake-1")
    assert log["messages"] == SEEN
    assert log["choices"][0]["message"]["content"] == TEXT
    assert log["parameters"]["temperature"] == 0.5
    assert log["inputs"] == INPUTS
    assert log["usage"]["prompt_tokens"] == 9
    assert log["usage"]["completion_tokens"] == 4
    assert log["performance"]["latency"] > 0
    assert log["error"] is None


def test_a_model_is_named_by_provider_too(server, fake, client):
    raw = client.chat.completions.with_raw_response.create(model="fake/fake-2", messages=HELLO)
    assert raw.parse().model == "fake-2"
    assert fake.calls[0]["messages"] == HELLO
    log = server.log(raw.headers["x-vouch-log-id"])
    assert (log["provider"], log["model"], log["deployment"]) == ("fake", "fake-2", None)


def test_a_stream_arrives_in_pieces_and_is_logged(server, fake, chat):
    raw = chat(raw=True, stream=True)
    chunks = list(raw.parse())
    pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]
    assert "".join(piece or "" for piece in pieces) == TEXT
    assert sum(bool(piece) for piece in pieces) == 4
    assert all(chunk.usage is None for chunk in chunks), "nobody asked for usage"
    assert all(chunk.choices for chunk in chunks), "nobody asked for usage"

    log = server.log(raw.headers["x-vouch-log-id"])
    assert log["status"] == "completed"
    assert log["choices"][0]["message"]["content"] == TEXT
    assert log["choices"][0]["finish_reason"] == "stop"
    assert log["usage"]["total_tokens"] == 13, "the log knows the usage all the same"
    assert log["performance"]["time_to_first_token"] <= log["performance"]["latency"]


def test_usage_comes_at_the_end_of_a_stream_that_asked_for_it(chat):
    chunks = list(chat(stream=True, stream_options={"include_usage": True}))
    assert chunks[-1].choices == []
    assert chunks[-1].usage.total_tokens == 13


def test_the_stream_helper_of_the_client_works(client):
    # It accumulates the chunks and is strict about their order.
    with client.chat.completions.stream(
        model="assistant", messages=HELLO, extra_body={"inputs": INPUTS}
    ) as stream:
        for _ in stream:
            pass
        assert stream.get_final_completion().choices[0].message.content == TEXT


def test_unknown_fields_pass_through_both_ways(fake, chat):
    completion = chat(extra_body={"x_new": {"deep": [1, 2.5]}}, seed=7)
    assert fake.calls[0]["x_new"] == {"deep": [1, 2.5]}
    assert fake.calls[0]["seed"] == 7
    assert "inputs" not in fake.calls[0], "inputs are ours"
    assert completion.model_extra["x_unknown"] == {"kept": [1, 2.5, "three"]}
    assert completion.choices[0].message.model_extra["x_mood"] == "sunny"
    assert completion.system_fingerprint == "fp_fake"
    chunks = list(chat(stream=True))
    assert all(chunk.model_extra["x_unknown"] == 7 for chunk in chunks)


def test_the_calls_own_parameters_win(fake, chat):
    chat(temperature=0.9)
    assert fake.calls[0]["temperature"] == 0.9
    assert fake.calls[0]["max_tokens"] == 64


def test_tool_calls_come_back(server, chat):
    tool = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
    raw = chat(say("use the tool"), raw=True, tools=[tool])
    call = raw.parse().choices[0].message.tool_calls[0]
    assert (call.function.name, call.function.arguments) == ("weather", '{"city":"Delft"}')
    log = server.log(raw.headers["x-vouch-log-id"])
    assert log["choices"][0]["message"]["tool_calls"][0]["id"] == "call_1"
    assert log["parameters"]["tools"] == [tool]


@pytest.mark.parametrize("stream", [False, True])
def test_logprobs_reach_those_who_ask_and_the_log(server, chat, stream):
    raw = chat(raw=True, logprobs=True, top_logprobs=1, stream=stream)
    answer = raw.parse()
    if stream:
        tokens = [
            token
            for chunk in answer
            for choice in chunk.choices
            if choice.logprobs
            for token in choice.logprobs.content
        ]
    else:
        tokens = answer.choices[0].logprobs.content
    assert [token.token for token in tokens] == ["Hello", " from", " fake", "."]
    log = server.log(raw.headers["x-vouch-log-id"])
    assert [token["logprob"] for token in log["logprobs"]] == [-0.1, -0.2, -1.5, -0.05]
    assert log["uncertainty"]["min_token"] == " fake"
    assert log["uncertainty"]["mean_logprob"] == pytest.approx(-0.4625)


def test_metadata_and_user_land_on_the_log(server, fake, chat):
    raw = chat(raw=True, metadata={"plan": "pro"}, user="user-7")
    log = server.log(raw.headers["x-vouch-log-id"])
    assert log["metadata"] == {"plan": "pro"}
    assert log["user_id"] == "user-7"
    assert "metadata" not in fake.calls[0], "a provider takes metadata only for what it stores"


def test_headers_land_on_the_log(server, chat):
    headers = {
        "x-vouch-chain-id": "chain-1",
        "x-vouch-conversation-id": "talk-1",
        "x-vouch-user-id": "user-8",
        "x-vouch-metadata": '{"plan": "basic", "seats": 3}',
    }
    log = server.log(chat(raw=True, extra_headers=headers).headers["x-vouch-log-id"])
    assert (log["chain_id"], log["conversation_id"]) == ("chain-1", "talk-1")
    assert log["user_id"] == "user-8"
    assert log["metadata"] == {"plan": "basic", "seats": 3}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("status", "error", "message"),
    [
        (400, openai.BadRequestError, "that will not do"),
        (429, openai.RateLimitError, "slow down"),
        (500, openai.InternalServerError, "something broke"),
    ],
)
def test_upstream_errors_raise_the_clients_own_exceptions(
    server, chat, status, error, message, stream
):
    with pytest.raises(error) as raised:
        chat(say(f"fail with {status}"), stream=stream)
    assert raised.value.status_code == status
    assert raised.value.body["message"] == message
    log = server.log(raised.value.response.headers["x-vouch-log-id"])
    assert log["status"] == "failed"
    assert (log["error"]["kind"], log["error"]["status"]) == ("upstream", status)
    assert message in log["error"]["message"]


def test_an_answer_that_breaks_off_is_logged_as_failed(server, chat):
    raw = chat(say("break off"), raw=True, stream=True)
    with pytest.raises((openai.APIError, httpx.HTTPError)):
        list(raw.parse())
    log = server.log(raw.headers["x-vouch-log-id"], lambda log: log["status"] != "completed")
    assert (log["status"], log["error"]["kind"]) == ("failed", "interrupted")
    assert log["choices"][0]["message"]["content"] == "Hello", "what came is kept"


def test_a_client_that_goes_away_cancels_the_call(server, fake, chat):
    fake.left.clear()
    raw = chat(say("go on"), raw=True, stream=True)
    stream = raw.parse()
    seen = 0
    for chunk in stream:
        seen += bool(chunk.choices[0].delta.content)
        if seen == 2:
            break
    stream.close()
    assert fake.left.wait(10), "the provider was not told"
    log = server.log(raw.headers["x-vouch-log-id"])
    assert log["status"] == "cancelled"
    assert log["choices"][0]["message"]["content"].startswith("0 1 ")


def test_a_wrong_key_is_an_authentication_error(server):
    client = openai.OpenAI(base_url=f"{server.url}/v1", api_key="vk_wrong", max_retries=0)
    with pytest.raises(openai.AuthenticationError) as raised:
        client.chat.completions.create(model="assistant", messages=HELLO)
    assert raised.value.code == "invalid_api_key"


@pytest.mark.parametrize("model", ["nobody", "nobody/model"])
def test_an_unknown_model_is_a_not_found_error(client, model):
    with pytest.raises(openai.NotFoundError) as raised:
        client.chat.completions.create(model=model, messages=HELLO)
    assert raised.value.code == "model_not_found"
    assert raised.value.param == "model"


def test_a_bad_request_names_the_field(client):
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(model="assistant", messages=[])
    assert raised.value.param == "messages"


def test_a_missing_input_is_named(client):
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(model="assistant", messages=HELLO)
    assert "name" in str(raised.value)


def test_models_are_listed(client):
    models = {model.id: model for model in client.models.list()}
    assert {"assistant", "routed", "fake/fake-1", "fake/fake-2"} <= models.keys()
    assert models["assistant"].object == "model"


def test_the_async_client_works(server):
    import asyncio

    async def call():
        async with openai.AsyncOpenAI(
            base_url=f"{server.url}/v1", api_key=server.key, max_retries=0
        ) as client:
            extra = {"inputs": INPUTS}
            calls = [
                client.chat.completions.create(
                    model="assistant", messages=HELLO, extra_body=extra
                )
                for _ in range(8)
            ]
            return await asyncio.gather(*calls)

    answers = asyncio.run(call())
    assert [answer.choices[0].message.content for answer in answers] == [TEXT] * 8


@pytest.mark.skipif(not os.environ.get("VOUCH_MODEL_PATH"), reason="there is no local model")
def test_the_local_model_speaks_with_logprobs(server, client):
    model = next(model.id for model in client.models.list() if model.id.startswith("local/"))
    raw = client.chat.completions.with_raw_response.create(
        model=model, messages=HELLO, max_tokens=5, temperature=0, logprobs=True, top_logprobs=2
    )
    choice = raw.parse().choices[0]
    assert choice.message.content
    assert 1 <= len(choice.logprobs.content) <= 5
    assert all(token.logprob <= 0 for token in choice.logprobs.content)
    assert all(len(token.top_logprobs) == 2 for token in choice.logprobs.content)
    log = server.log(raw.headers["x-vouch-log-id"])
    assert log["uncertainty"]["tokens"] == len(choice.logprobs.content)
    assert log["provider"] == "local"


@pytest.mark.parametrize("more", [{}, {"encoding_format": "float"}])
def test_embeddings_pass_through_and_are_logged_without_their_vectors(server, client, more):
    raw = client.embeddings.with_raw_response.create(
        model="fake/embed-1", input=["red", "green"], user="ann", **more
    )
    answer = raw.parse()
    assert [item.embedding for item in answer.data] == VECTORS
    assert answer.usage.prompt_tokens == 2

    log = server.log(raw.headers["x-vouch-log-id"])
    assert (log["status"], log["model"], log["user_id"]) == ("completed", "embed-1", "ann")
    assert [message["content"] for message in log["messages"]] == ["red", "green"]
    assert log["choices"] == []
    assert log["usage"]["total_tokens"] == 2
