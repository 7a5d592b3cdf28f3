// The code to paste, with the real address and key in it.

export interface Connection {
  address: string;
  key: string;
  model: string;
}

export interface Snippet {
  title: string;
  about: string;
  install?: string;
  code: string;
}

export type Language = "curl" | "python" | "typescript" | "browser" | "opentelemetry";

export const LANGUAGES: { value: Language; label: string }[] = [
  { value: "curl", label: "curl" },
  { value: "python", label: "Python" },
  { value: "typescript", label: "TypeScript" },
  { value: "browser", label: "Browser" },
  { value: "opentelemetry", label: "OpenTelemetry" },
];

export function snippets(language: Language, connection: Connection): Snippet[] {
  return { curl, python, typescript, browser, opentelemetry }[language](connection);
}

const curl = ({ address, key, model }: Connection): Snippet[] => [
  {
    title: "Call a model",
    about: "The answer's header x-vouch-log-id names the log.",
    code: `curl -i ${address}/v1/chat/completions \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '{
    "model": "${model}",
    "messages": [{"role": "user", "content": "What is the capital of France?"}],
    "metadata": {"plan": "pro"},
    "user": "user-42"
  }'`,
  },
  {
    title: "Add metrics",
    about: "As often as you like: metadata is merged, the newest value wins.",
    code: `LOG_ID=log_...   # from the header x-vouch-log-id
curl ${address}/api/v1/logs/$LOG_ID/metrics \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '{"feedback": {"score": 70}, "metadata": {"custom": "custom_metadata"}}'`,
  },
  {
    title: "Send a thumb",
    about: "Also before its log has arrived; it is attached later.",
    code: `curl ${address}/api/v1/feedback \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '{"log_id": "'$LOG_ID'", "name": "thumbs", "value": false,
       "comment": "Too long.", "user_id": "user-42"}'`,
  },
];

const python = ({ address, key, model }: Connection): Snippet[] => [
  {
    title: "Call a model",
    about: "The official client; only base_url and api_key change.",
    install: "pip install openai",
    code: `from openai import OpenAI

client = OpenAI(base_url="${address}/v1", api_key="${key}")

answer = client.chat.completions.with_raw_response.create(
    model="${model}",
    messages=[{"role": "user", "content": "What is the capital of France?"}],
    metadata={"plan": "pro"},
    user="user-42",
)
log_id = answer.headers["x-vouch-log-id"]
print(answer.parse().choices[0].message.content)`,
  },
  {
    title: "Add metrics and feedback",
    about: "Vouch's own client, sync and async. It is not on PyPI yet: install it in a checkout of Vouch.",
    install: "pip install ./clients/python",
    code: `from vouch_hitl import Vouch

vouch = Vouch(base_url="${address}", api_key="${key}")

vouch.add_metrics(log_id, feedback={"score": 70}, metadata={"custom": "custom_metadata"})
vouch.feedback(log_id=log_id, thumbs=False, comment="Too long.", user_id="user-42")`,
  },
  {
    title: "Log calls that go elsewhere",
    about: "The openai client goes to your provider as before, and its chat completions are logged here in the background.",
    code: `from vouch_hitl import log_id_of, with_logging

elsewhere = with_logging(OpenAI(), vouch)  # your provider's address and key

answer = elsewhere.chat.completions.create(
    model="gpt-4o",
    messages=[{"role": "user", "content": "What is the capital of France?"}],
)
vouch.feedback(log_id=log_id_of(answer), thumbs=True)`,
  },
];

const typescript = ({ address, key, model }: Connection): Snippet[] => [
  {
    title: "Call a model",
    about: "The official client; only baseURL and apiKey change.",
    install: "npm install openai",
    code: `import OpenAI from "openai";

const client = new OpenAI({ baseURL: "${address}/v1", apiKey: "${key}" });

const { data, response } = await client.chat.completions
  .create({
    model: "${model}",
    messages: [{ role: "user", content: "What is the capital of France?" }],
    metadata: { plan: "pro" },
    user: "user-42",
  })
  .withResponse();
const logId = response.headers.get("x-vouch-log-id")!;
console.log(data.choices[0].message.content);`,
  },
  {
    title: "Add metrics and feedback",
    about: "Vouch's own client, on your server: the key stays there. It is not on npm yet: pack it in a checkout of Vouch.",
    install: `(cd clients/typescript && npm ci && npm pack)
npm install ./clients/typescript/vouch-hitl-client-0.1.0.tgz`,
    code: `import { Vouch } from "@vouch-hitl/client";

const vouch = new Vouch({ baseUrl: "${address}", apiKey: "${key}" });

await vouch.addMetrics(logId, { feedback: { score: 70 }, metadata: { custom: "custom_metadata" } });
await vouch.feedback({ log_id: logId, thumbs: false, comment: "Too long.", user_id: "user-42" });`,
  },
  {
    title: "Log calls that go elsewhere",
    about: "The openai client goes to your provider as before, and its chat completions are logged here in the background.",
    code: `import { logIdOf, withLogging } from "@vouch-hitl/client";

const elsewhere = withLogging(new OpenAI(), vouch); // your provider's address and key

const answer = await elsewhere.chat.completions.create({
  model: "gpt-4o",
  messages: [{ role: "user", content: "What is the capital of France?" }],
});
await vouch.feedback({ log_id: logIdOf(answer)!, thumbs: true });`,
  },
];

const browser = ({ address, key }: Connection): Snippet[] => [
  {
    title: "On your server: a token for one log",
    about: "A browser must never see the key. This token can give feedback on one log, for three hours, and nothing else.",
    code: `curl ${address}/api/v1/logs/$LOG_ID/feedback-token \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '{"user_id": "user-42"}'
# {"token": "...", "expires_at": "..."}`,
  },
  {
    title: "In your page: thumbs under the answer",
    about: "No dependency, no build step. It follows the colours that you set with CSS.",
    code: `<script type="module" src="${address}/widget.js"></script>

<vouch-feedback server="${address}" token="TOKEN"></vouch-feedback>

<style>
  vouch-feedback { --vouch-accent: #1d6147; }
</style>`,
  },
];

const opentelemetry = ({ address, key }: Connection): Snippet[] => [
  {
    title: "Export your spans",
    about: "Your application goes on calling its provider itself. Spans of model calls become logs; the rest is left aside.",
    code: `export OTEL_EXPORTER_OTLP_TRACES_ENDPOINT="${address}/v1/traces"
export OTEL_EXPORTER_OTLP_TRACES_HEADERS="authorization=Bearer%20${key}"`,
  },
  {
    title: "Have your calls traced, where they are not yet",
    about: "Any instrumentation that writes gen_ai.* or OpenInference attributes will do.",
    install: "pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http openinference-instrumentation-openai",
    code: `from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
OpenAIInstrumentor().instrument(tracer_provider=provider)`,
  },
  {
    title: "Send a thumb",
    about: "Name the span of the call; it need not have been exported yet. A whole trace is a chain: chain_id is its trace id.",
    code: `curl ${address}/api/v1/feedback \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '{"span": {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7"},
       "name": "thumbs", "value": false, "user_id": "user-42"}'`,
  },
];
