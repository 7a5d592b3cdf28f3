// The mock's webhooks: enough to make one, to try it, and to see what became of it.
import { randomBytes } from "node:crypto";
import { id } from "./data.mjs";

const now = () => new Date().toISOString();
const secret = () => `whsec_${randomBytes(32).toString("base64")}`;

/** Really sends, unsigned, and keeps what came back. */
async function attempt(hook, delivery) {
  const at = now();
  const answer = await fetch(hook.url, { method: "POST", body: JSON.stringify(delivery.payload) }).catch((error) => ({ status: null, error: String(error) }));
  const good = answer.status >= 200 && answer.status < 300;
  delivery.attempts.push({ at, duration_ms: 12, status: answer.status, error: answer.error ?? null, response: answer.text ? (await answer.text()).slice(0, 1024) || null : null });
  if (answer.status === 410) hook.off = { at, because: "gone" };
  Object.assign(delivery, good ? { state: "delivered", next_at: null } : { next_at: new Date(Date.now() + 5000).toISOString() });
}

export function webhookRoutes(state, { at, parts, body, q, ok, problem, changed }) {
  state.webhooks ??= [];
  const hook = () => state.webhooks.find((one) => one.id === parts[1]);
  if (parts[0] === "webhooks" && parts[1] && !hook()) return { [at]: () => problem(404, "not-found", "Not found", `There is no webhook ${parts[1]}.`) };
  const shown = ({ deliveries: _, ...rest }) => rest;
  const tell = (delivery, status = 200) => {
    void attempt(hook(), delivery);
    return ok(delivery, status);
  };
  return {
    "GET /webhooks": () => ok({ items: state.webhooks.map(shown), next_cursor: null }),
    "POST /webhooks": () => {
      if (!/^https?:\/\//.test(body.url)) return problem(422, "invalid-input", "The input is not valid", "/url: no address", [{ pointer: "/url", detail: "expected an https:// address, got something else" }]);
      const made = { id: id("hook", Date.now()), off: null, failing_since: null, old_secret_until: null, created_at: now(), deliveries: [], ...body };
      state.webhooks.push(made);
      return changed(ok({ ...shown(made), secret: secret() }, 201));
    },
    "PATCH /webhooks/*": () => {
      const { on, ...rest } = body;
      Object.assign(hook(), rest, on === undefined ? {} : { off: on ? null : { at: now(), because: "paused" } });
      return changed(ok(shown(hook())));
    },
    "DELETE /webhooks/*": () => {
      state.webhooks = state.webhooks.filter((one) => one.id !== parts[1]);
      return changed(ok(null, 204));
    },
    "POST /webhooks/*/rotate": () => {
      hook().old_secret_until = new Date(Date.now() + 864e5).toISOString();
      return changed(ok({ ...shown(hook()), secret: secret() }));
    },
    "POST /webhooks/*/test": () => {
      const delivery = { id: id("msg", Date.now()), type: "webhook.test", state: "waiting", created_at: now(), next_at: now(), payload: { type: "webhook.test", timestamp: now(), data: { webhook_id: parts[1] } }, attempts: [] };
      hook().deliveries.unshift(delivery);
      return tell(delivery, 202);
    },
    "POST /webhooks/*/replay": () => ok({ replayed: 0, more: false }),
    "GET /webhooks/*/deliveries": () => ok({ items: hook().deliveries.filter((one) => !q.get("state") || one.state === q.get("state")), next_cursor: null }),
    "POST /webhooks/*/deliveries": () => tell(Object.assign(hook().deliveries.find((one) => one.id === parts[3]), { state: "waiting", next_at: now() })),
  };
}
