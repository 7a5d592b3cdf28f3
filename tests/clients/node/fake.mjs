// A provider that speaks OpenAI's chat completions and does what the last message says:
// `fail with 429` answers with that status, `go on` streams until the caller goes away,
// anything else is greeted.
import { once } from 'node:events';
import { createServer } from 'node:http';

export const PIECES = ['Hello', ' from', ' fake', '.'];
export const TEXT = PIECES.join('');
export const USAGE = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };
const LOGPROBS = [-0.1, -0.2, -1.5, -0.05];

export async function startFake() {
  const fake = { calls: [], left: null };
  fake.expectLeave = () => new Promise((resolve) => { fake.left = resolve; });
  const http = createServer(async (request, response) => {
    if (request.method === 'GET') {
      send(response, 200, { object: 'list', data: [{ id: 'fake-1' }] });
      return;
    }
    let text = '';
    for await (const part of request) text += part;
    const body = JSON.parse(text);
    fake.calls.push(body);
    const said = body.messages.at(-1).content;
    if (said.startsWith('fail with ')) {
      const status = Number(said.slice('fail with '.length));
      const code = status === 429 ? 'rate_limit_exceeded' : 'server_error';
      send(response, status, { error: { message: `as told: ${status}`, type: code, param: null, code } });
    } else if (body.stream) {
      stream(response, body, said, fake);
    } else {
      send(response, 200, completion(body));
    }
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  fake.url = `http://127.0.0.1:${http.address().port}/v1`;
  fake.stop = () => {
    http.closeAllConnections();
    return new Promise((resolve) => { http.close(resolve); });
  };
  return fake;
}

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function completion(body) {
  const choice = {
    index: 0,
    message: { role: 'assistant', content: TEXT, x_mood: 'sunny' },
    finish_reason: 'stop',
  };
  if (body.logprobs) choice.logprobs = { content: PIECES.map(logprob), refusal: null };
  return {
    id: 'chatcmpl-fake',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: body.model,
    choices: [choice],
    usage: USAGE,
    x_unknown: { kept: [1, 2.5, 'three'] },
  };
}

function stream(response, body, said, fake) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const chunk = (fields) => response.write(`data: ${JSON.stringify({
    id: 'chatcmpl-fake',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: body.model,
    ...fields,
  })}\n\n`);
  const delta = (fields, finish_reason = null) =>
    chunk({ choices: [{ index: 0, delta: fields, finish_reason }] });
  delta({ role: 'assistant', content: '' });
  if (said === 'go on') {
    let number = 0;
    const timer = setInterval(() => delta({ content: `${number++} ` }), 50);
    response.on('close', () => {
      clearInterval(timer);
      fake.left?.();
    });
    return;
  }
  for (const content of PIECES) delta({ content });
  delta({}, 'stop');
  if (body.stream_options?.include_usage) chunk({ choices: [], usage: USAGE });
  response.end('data: [DONE]\n\n');
}

function logprob(token, index) {
  const one = { token, logprob: LOGPROBS[index], bytes: [...Buffer.from(token)] };
  return { ...one, top_logprobs: [one] };
}
