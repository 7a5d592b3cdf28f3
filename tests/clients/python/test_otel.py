"""OpenTelemetry's own exporter, with the instrumentations of `openai` that people use.

The application calls its provider itself; Vouch learns of the calls from their spans.
"""

import os
import time

import openai
import pytest
from fake import TEXT, VECTORS
from openinference.instrumentation.openai import OpenAIInstrumentor as OpenInference
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.openai import OpenAIInstrumentor as Traceloop
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor as OpenAIv2
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.trace import format_span_id, format_trace_id

INSTRUMENTATIONS = {"openai-v2": OpenAIv2, "openinference": OpenInference, "traceloop": Traceloop}
SAID = [{"role": "system", "content": "be nice"}, {"role": "user", "content": "hello"}]
TOOL = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}},
}
CALL = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "fake-1"}
SETTLING_S = 10

# openai-v2 tells what was said only where it is asked to.
os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"
os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "SPAN_ONLY"


def configure(server):
    """OpenTelemetry with the two lines of configuration of docs/otlp.md."""
    os.environ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = f"{server.url}/v1/traces"
    os.environ["OTEL_EXPORTER_OTLP_TRACES_HEADERS"] = f"authorization=Bearer%20{server.key}"
    provider = TracerProvider(resource=Resource.create({"service.name": "shop"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


# Once for each, and OpenLLMetry's last: it leaves its wrappers around streams behind.
@pytest.fixture(scope="module", params=INSTRUMENTATIONS)
def instrumentation(request, server):
    """The name of an instrumentation, and the provider that it writes to."""
    provider = configure(server)
    instrumentor = INSTRUMENTATIONS[request.param]()
    instrumentor.instrument(tracer_provider=provider)
    yield request.param, provider
    instrumentor.uninstrument()
    provider.shutdown()


@pytest.fixture
def provider(instrumentation):
    return instrumentation[1]


@pytest.fixture
def plain(server):
    """OpenTelemetry without an instrumentation."""
    provider = configure(server)
    yield provider
    provider.shutdown()


@pytest.fixture
def instrumented(instrumentation, fake):
    """An instrumented client of the provider itself, not of Vouch."""
    with openai.OpenAI(base_url=fake.url, api_key="k", max_retries=0) as client:
        yield client


@pytest.fixture
def trace(provider):
    """One request of the application around the calls; its id."""
    with provider.get_tracer("shop").start_as_current_span("answer a question") as span:
        yield format_trace_id(span.get_span_context().trace_id)


def logs(server, provider, trace, count=1):
    """The logs of a trace, oldest first."""
    provider.force_flush()
    deadline = time.monotonic() + SETTLING_S
    while True:
        found = server.get(f"/api/v1/logs?q=chain:{trace}")["items"]
        if len(found) == count:
            return [server.get(f"/api/v1/logs/{log['id']}") for log in reversed(found)]
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


def test_a_call_becomes_a_log(server, provider, trace, instrumented):
    instrumented.chat.completions.create(
        model="fake-1", messages=SAID, temperature=0.5, max_tokens=9
    )
    [log] = logs(server, provider, trace)
    assert (log["status"], log["origin"]) == ("completed", "ingest")
    assert (log["provider"], log["model"]) == ("openai", "fake-1")
    assert log["messages"] == SAID
    assert log["choices"][0]["message"]["role"] == "assistant"
    assert log["choices"][0]["message"]["content"] == TEXT
    assert log["choices"][0]["finish_reason"] == "stop"
    assert (log["usage"]["prompt_tokens"], log["usage"]["completion_tokens"]) == (9, 4)
    assert log["parameters"]["temperature"] == 0.5
    assert log["parameters"]["max_tokens"] == 9
    assert 0 < log["performance"]["latency"] < 10_000
    assert log["metadata"]["service.name"] == "shop"
    assert log["metadata"]["otel"]["trace_id"] == trace


def test_a_tool_is_called(server, provider, trace, instrumented):
    messages = [{"role": "user", "content": "use the tool"}]
    instrumented.chat.completions.create(model="fake-1", messages=messages, tools=[TOOL])
    [log] = logs(server, provider, trace)
    [choice] = log["choices"]
    [call] = choice["message"]["tool_calls"]
    assert choice["finish_reason"] == "tool_calls"
    assert (call["id"], call["function"]["name"]) == ("call_1", "weather")
    assert call["function"]["arguments"] == '{"city":"Delft"}'


def test_a_stream_and_its_first_token(server, instrumentation, provider, trace, instrumented):
    stream = instrumented.chat.completions.create(
        model="fake-1", messages=SAID, stream=True, stream_options={"include_usage": True}
    )
    assert sum(1 for _ in stream) > 4
    [log] = logs(server, provider, trace)
    assert log["choices"][0]["message"]["content"] == TEXT
    assert log["usage"]["total_tokens"] == 13
    timings = log["performance"]
    if instrumentation[0] != "openai-v2":
        assert 0 < timings["time_to_first_token"] <= timings["latency"]


def test_a_call_that_fails(server, provider, trace, instrumented):
    with pytest.raises(openai.RateLimitError):
        instrumented.chat.completions.create(
            model="fake-1", messages=[{"role": "user", "content": "fail with 429"}]
        )
    [log] = logs(server, provider, trace)
    assert log["status"] == "failed"
    assert (log["error"]["kind"], log["error"]["status"]) == ("upstream", 429)
    assert "slow down" in log["error"]["message"]


def test_embeddings(server, provider, trace, instrumented):
    made = instrumented.embeddings.create(model="fake-1", input=["a", "b"])
    assert len(made.data) == len(VECTORS)
    [log] = logs(server, provider, trace)
    assert log["usage"]["prompt_tokens"] == 2
    assert log["choices"] == []


def test_feedback_comes_before_its_span(server, plain):
    """What the application knows in the request: the ids of its span, and no log id."""
    with plain.get_tracer("shop").start_as_current_span("chat fake-1") as span:
        span.set_attributes(CALL)
        context = span.get_span_context()
        trace = format_trace_id(context.trace_id)
        ids = {"trace_id": trace, "span_id": format_span_id(context.span_id)}
        thumb = {"span": ids, "name": "thumbs", "value": False, "user_id": "ann"}
        assert server.post("/api/v1/feedback", thumb)["attached"] == [False]
    [log] = logs(server, plain, trace)
    assert [one["value"] for one in log["feedback"]] == [False]
    assert log["tally"]["thumbs_down"] == 1


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip])
def test_a_repeat_changes_nothing(server, plain, compression):
    with plain.get_tracer("shop").start_as_current_span("chat fake-1") as span:
        span.set_attributes(CALL)
    exporter = OTLPSpanExporter(compression=compression)
    trace = format_trace_id(span.get_span_context().trace_id)
    [log] = logs(server, plain, trace)
    for _ in range(2):
        assert exporter.export([span]) is SpanExportResult.SUCCESS
    assert logs(server, plain, trace) == [log]


def test_a_wrong_key_is_not_retried(plain):
    exporter = OTLPSpanExporter(headers={"authorization": "Bearer vk_wrong"}, timeout=5)
    with plain.get_tracer("shop").start_as_current_span("work") as span:
        pass
    began = time.monotonic()
    assert exporter.export([span]) is SpanExportResult.FAILURE
    assert time.monotonic() - began < 1
