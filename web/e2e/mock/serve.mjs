// A stand-in for `vouch serve`, for looking at pages while there is no server. A test fixture, no more.
//   node e2e/mock/serve.mjs [--port 7700] [--empty] [--loading]
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { emit, makeLog, makeState, problem, route } from "./routes.mjs";

const DIST = fileURLToPath(new URL("../../dist", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
const CSP = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
const ANSWER = "Light from the sun looks white, but it holds **all** the colours.\n\nThe air scatters *blue* light the most, so blue comes to your eyes from everywhere.";

/** Starts the mock; answers its address, its state and how to end it. */
export async function startMock({ port = 0, ...options } = {}) {
  const state = makeState(options);
  const sessions = new Map();
  const server = createServer((request, response) => void handle(state, sessions, request, response));
  await new Promise((done) => server.listen(port, "127.0.0.1", done));
  const address = `http://127.0.0.1:${server.address().port}`;
  state.address = address;
  return { address, state, link: `${address}/signin#${"mock-token"}`, stop: () => (server.closeAllConnections(), server.close()) };
}

async function handle(state, sessions, request, response) {
  const url = new URL(request.url, state.address);
  const body = await new Promise((done) => {
    let text = "";
    request.on("data", (piece) => (text += piece)).on("end", () => done(text));
  });
  const session = /vouch_session=(\w+)/.exec(request.headers.cookie ?? "")?.[1];
  const key = state.secrets?.[request.headers.authorization?.slice(7)];
  const json = (status, value, headers = {}) => {
    response.writeHead(status, { "content-type": status >= 400 ? "application/problem+json" : "application/json", ...headers });
    response.end(value === null ? undefined : JSON.stringify(value));
  };
  if (url.pathname === "/api/v1/session/link" || (url.pathname === "/api/v1/session" && request.method === "POST")) {
    const given = JSON.parse(body);
    if ((given.token ?? given.password) === "wrong") {
      const { status, body: told } = problem(401, "unauthenticated", "Not signed in", "The link was used already, or is too old.");
      return json(status, told);
    }
    const made = Math.random().toString(36).slice(2);
    // Who it is: whom the link was made for, else someone of the role that the test wants to see.
    const user = state.users.find((u) => u.id === state.links.get(given.token)) ?? state.users.find((u) => u.role === state.role);
    sessions.set(made, user);
    return json(200, { user }, { "set-cookie": `vouch_session=${made}; Path=/; HttpOnly; SameSite=Lax` });
  }
  if (url.pathname.startsWith("/api/v1/") || url.pathname.startsWith("/v1/")) {
    if (!key && !sessions.has(session)) return json(401, problem(401, "unauthenticated", "Not signed in", "Sign in, or send a key.").body);
    if (session && !key && request.method !== "GET" && !request.headers["x-vouch-csrf"]) return json(403, problem(403, "forbidden", "Not allowed", "The header x-vouch-csrf is missing.").body);
    if (url.pathname === "/api/v1/session") return sessions.delete(session), json(204, null, { "set-cookie": "vouch_session=; Path=/; Max-Age=0" });
    if (url.pathname === "/api/v1/events") return events(state, request, response);
    if (url.pathname === "/v1/chat/completions") return chat(state, JSON.parse(body), request, response, key);
    const answer = route(state, { method: request.method, path: url.pathname.slice("/api/v1".length), query: url.searchParams, body: body ? JSON.parse(body) : undefined, headers: request.headers, address: state.address, user: sessions.get(session) });
    const { status, body: told, headers } = answer ?? problem(404, "not-found", "Not found", `The mock has no ${request.method} ${url.pathname}.`);
    return json(status, told, headers);
  }
  const file = join(DIST, url.pathname);
  const path = extname(url.pathname) && existsSync(file) ? file : join(DIST, "index.html");
  response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream", "content-security-policy": CSP });
  createReadStream(path).pipe(response);
}

function events(state, request, response) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(": hello\n\n");
  const send = ({ seq, kind, ids }) => response.write(`id: ${seq}\nevent: ${kind}\ndata: ${JSON.stringify({ seq, kind, ids })}\n\n`);
  state.listeners.add(send);
  request.on("close", () => state.listeners.delete(send));
}

async function chat(state, body, request, response, key) {
  const question = body.messages.findLast((m) => m.role === "user")?.content ?? "";
  const log = makeLog(Date.now(), question, ANSWER, { messages: body.messages, sent_by: key ? `key:${key}` : `user:${state.users[0].id}`, conversation_id: request.headers["x-vouch-conversation-id"] ?? null, metadata: body.metadata ?? {} });
  if (question.includes("fail")) {
    response.writeHead(503, { "content-type": "application/json", "x-vouch-log-id": log.id });
    return response.end(JSON.stringify({ error: { message: "The local model is still being downloaded (41 of 98 MB). Try again in a minute.", type: "unavailable", param: null, code: "model_loading" } }));
  }
  response.writeHead(200, { "content-type": "text/event-stream", "x-vouch-log-id": log.id });
  const send = (value) => response.write(`data: ${JSON.stringify(value)}\n\n`);
  for (const word of ANSWER.match(/\S+\s*/g)) {
    if (response.destroyed) break;
    send({ id: log.id, object: "chat.completion.chunk", choices: [{ index: 0, delta: { content: word }, finish_reason: null }] });
    await new Promise((done) => setTimeout(done, question.includes("slow") ? 300 : 12));
  }
  if (response.destroyed) log.status = "cancelled";
  send({ id: log.id, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
  send({ id: log.id, choices: [], usage: log.usage });
  response.end("data: [DONE]\n\n");
  state.logs.unshift(log);
  emit(state, "log.created", [log.id]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf("--port");
  const mock = await startMock({ port: at > 0 ? Number(process.argv[at + 1]) : 7700, empty: process.argv.includes("--empty"), loading: process.argv.includes("--loading") });
  process.stdout.write(`listening on ${mock.address}\nopen ${mock.link}\n`);
}
