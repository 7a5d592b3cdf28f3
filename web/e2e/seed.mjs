// Logs as an application would send them in, for what a small model never answers.
import { equal } from "./harness.mjs";

/** The id of a log that was sent in; `more` is what matters of it. */
export async function addLog(call, { question = "What is the capital of Australia?", answer = "The capital of Australia is Sydney.", ...more } = {}) {
  const log = {
    messages: [{ role: "user", content: question }],
    choices: more.error ? [] : [{ index: 0, message: { role: "assistant", content: answer }, finish_reason: "stop" }],
    provider: "local",
    model: "smollm2",
    ...more,
  };
  const { status, body } = await call("POST", "/api/v1/logs", { logs: [log] });
  equal(status, 201, JSON.stringify(body));
  return body.ids[0];
}

export async function give(call, log_id, name, value, more = {}) {
  const { status, body } = await call("POST", "/api/v1/feedback", { feedback: [{ log_id, name, value, ...more }] });
  equal(status, 201, JSON.stringify(body));
  return body.ids[0];
}
