// Webhooks: made with a secret that is shown once, tried, switched off and on; what they were told.
import "./webhooks.css";
import { Button, Skeleton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ListChecks, Pencil, Plus, Send } from "lucide-react";
import { useState } from "react";
import { queuesQuery } from "~/api/review/queue";
import type { NewWebhook, Webhook } from "~/api/types";
import { changeWebhook, removeWebhook, rotateWebhook, testWebhook, webhooksQuery } from "~/api/webhook";
import { ago, dateTime } from "~/text/format";
import { Confirm } from "~/ui/Confirm";
import { Copy } from "~/ui/Copy";
import { FormModal } from "~/ui/FormModal";
import { LoadError } from "~/ui/LoadError";
import { ProblemBox } from "~/ui/ProblemBox";
import { WebhookDeliveries } from "./WebhookDeliveries";
import { WebhookForm } from "./WebhookForm";
import { offText } from "./hookWords";

export function WebhookSettings() {
  const webhooks = useQuery(webhooksQuery);
  const [editing, setEditing] = useState<Webhook | "new">();
  const [shown, setShown] = useState<NewWebhook>();
  return (
    <div className="stack">
      <LoadError query={webhooks} />
      {webhooks.isPending && <Skeleton height={120} radius="lg" />}
      {webhooks.data?.map((webhook) => (
        <WebhookCard key={webhook.id} webhook={webhook} onEdit={() => setEditing(webhook)} onSecret={setShown} />
      ))}
      {webhooks.data?.length === 0 && <p className="dim hook-none">Nobody is told yet. A program that has an https:// address can be.</p>}
      <div>
        <Button leftSection={<Plus size={15} />} onClick={() => setEditing("new")}>
          Add a webhook
        </Button>
      </div>
      <FormModal opened={editing !== undefined} onClose={() => setEditing(undefined)} title={editing === "new" ? "Add a webhook" : "Edit the webhook"}>
        {editing && (
          <WebhookForm
            webhook={editing === "new" ? undefined : editing}
            onDone={(made) => {
              setEditing(undefined);
              setShown(made);
            }}
          />
        )}
      </FormModal>
      <FormModal opened={shown !== undefined} onClose={() => setShown(undefined)} title={`Secret of “${shown?.name ?? ""}”`}>
        {shown && <Secret made={shown} onDone={() => setShown(undefined)} />}
      </FormModal>
    </div>
  );
}

function Secret({ made, onDone }: { made: NewWebhook; onDone: () => void }) {
  return (
    <div className="stack">
      <p className="hook-said">This is the only time that the secret is shown. The receiver checks signatures with it.</p>
      <div className="once">
        <code className="mono">{made.secret}</code>
        <Copy text={made.secret} what="secret" />
      </div>
      {made.old_secret_until && <p className="dim hook-said">Until {dateTime(made.old_secret_until)} everything is signed with the old one as well.</p>}
      <Button onClick={onDone}>I have it</Button>
    </div>
  );
}

interface CardProps {
  webhook: Webhook;
  onEdit: () => void;
  onSecret: (made: NewWebhook) => void;
}

function WebhookCard({ webhook, onEdit, onSecret }: CardProps) {
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const read = { onSuccess: () => queries.invalidateQueries({ queryKey: ["webhooks"] }) };
  const test = useMutation({
    mutationFn: () => testWebhook(webhook.id),
    onSuccess: async () => {
      setOpen(true);
      await queries.invalidateQueries({ queryKey: ["deliveries", webhook.id] });
    },
  });
  const turn = useMutation({ mutationFn: (on: boolean) => changeWebhook(webhook.id, { on }), ...read });
  const remove = useMutation({ mutationFn: () => removeWebhook(webhook.id), ...read });
  const rotate = useMutation({
    mutationFn: () => rotateWebhook(webhook.id),
    onSuccess: async (made) => {
      onSecret(made);
      await queries.invalidateQueries({ queryKey: ["webhooks"] });
    },
  });
  const failed = [test, turn, remove, rotate].find(({ isError }) => isError);
  const { name, off } = webhook;
  return (
    <section className="card card-pad stack" aria-label={`Webhook ${name}`}>
      <div className="grow hook-head">
        <div className="row">
          <strong>{name}</strong>
          <HookState webhook={webhook} />
        </div>
        <div className="dim mono hook-url">{webhook.url}</div>
        <div className="row hook-pills">
          {webhook.events.map((event) => (
            <span key={event} className="pill">
              {event}
            </span>
          ))}
          <HookQueues ids={webhook.queues} />
        </div>
      </div>
      {failed && <ProblemBox error={failed.error} />}
      <div className="row hook-does">
        <Button size="compact-sm" variant="subtle" leftSection={<Send size={13} />} loading={test.isPending} disabled={off !== null} onClick={() => test.mutate()}>
          Send a test
        </Button>
        <Button size="compact-sm" variant="subtle" leftSection={<ListChecks size={14} />} aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Hide deliveries" : "Deliveries"}
        </Button>
        <Button size="compact-sm" variant="subtle" leftSection={<Pencil size={13} />} onClick={onEdit}>
          Edit
        </Button>
        <Button size="compact-sm" variant="subtle" loading={turn.isPending} onClick={() => turn.mutate(off !== null)}>
          {off ? "Switch on" : "Switch off"}
        </Button>
        <Confirm question={`Make a new secret for “${name}”? For a day, everything is signed with both.`} confirm="Make one" onConfirm={() => rotate.mutate()}>
          New secret
        </Confirm>
        <Confirm question={`Remove “${name}”? It is told nothing more, not even what waits.`} confirm="Remove" onConfirm={() => remove.mutate()}>
          Remove
        </Confirm>
      </div>
      {open && <WebhookDeliveries webhook={webhook} />}
    </section>
  );
}

function HookState({ webhook }: { webhook: Webhook }) {
  if (webhook.off) {
    const tone = webhook.off.because === "paused" ? "pill" : "pill pill-bad";
    return <span className={tone}>{offText(webhook)}, {ago(webhook.off.at)}</span>;
  }
  if (webhook.failing_since) return <span className="pill pill-warn">fails, first {ago(webhook.failing_since)}</span>;
  return <span className="pill pill-good">on</span>;
}

function HookQueues({ ids }: { ids: string[] }) {
  const queues = useQuery(queuesQuery).data ?? [];
  if (ids.length === 0) return <span className="dim">of all queues</span>;
  const names = ids.map((id) => queues.find((queue) => queue.id === id)?.name ?? "a queue that was put away");
  return <span className="dim">of {names.join(", ")}</span>;
}
