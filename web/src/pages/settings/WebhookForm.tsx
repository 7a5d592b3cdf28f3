// A webhook as an admin enters it: where, of what, of which queues.
import { Button, Checkbox, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { asProblem } from "~/api/problem";
import { queuesQuery } from "~/api/review/queue";
import type { HookKind, NewWebhook, Webhook } from "~/api/types";
import { changeWebhook, createWebhook } from "~/api/webhook";
import { ProblemBox } from "~/ui/ProblemBox";
import { EVENTS } from "./hookWords";

interface Props {
  webhook: Webhook | undefined;
  /** With the secret, where one was made. */
  onDone: (made: NewWebhook | undefined) => void;
}

export function WebhookForm({ webhook, onDone }: Props) {
  const queries = useQueryClient();
  const known = useQuery(queuesQuery).data ?? [];
  const [name, setName] = useState(webhook?.name ?? "");
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [events, setEvents] = useState<string[]>(webhook?.events ?? ["task.completed"]);
  const [queues, setQueues] = useState<string[]>(webhook?.queues ?? []);
  const save = useMutation({
    mutationFn: async (): Promise<NewWebhook | undefined> => {
      const wanted = { name: name.trim(), url: url.trim(), events: events as HookKind[], queues };
      if (!webhook) return createWebhook(wanted);
      await changeWebhook(webhook.id, wanted);
      return undefined;
    },
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: ["webhooks"] });
      onDone(made);
    },
  });
  const problem = save.isError ? asProblem(save.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className="stack" onSubmit={submit}>
      <TextInput label="Name" description="What it is for" required value={name} error={problem?.at("/name")} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
      <TextInput label="Address" description="https:// on the public Internet" placeholder="https://ci.example.com/vouch" type="url" required spellCheck={false} value={url} error={problem?.at("/url")} onChange={(e) => setUrl(e.currentTarget.value)} />
      <Checkbox.Group label="Is told when" value={events} onChange={setEvents} error={problem?.at("/events")}>
        <div className="stack hook-checks">
          {EVENTS.map(({ kind, title, about }) => (
            <Checkbox key={kind} value={kind} label={title} description={about} />
          ))}
        </div>
      </Checkbox.Group>
      {known.length > 0 && (
        <Checkbox.Group label="Of these queues" description="Of all, where none is chosen." value={queues} onChange={setQueues}>
          <div className="stack hook-checks hook-queues">
            {known.map((queue) => (
              <Checkbox key={queue.id} value={queue.id} label={queue.name} />
            ))}
          </div>
        </Checkbox.Group>
      )}
      {problem && <ProblemBox error={problem} shown={["/name", "/url", "/events"]} />}
      <Button type="submit" loading={save.isPending} disabled={events.length === 0}>
        {webhook ? "Save" : "Add the webhook"}
      </Button>
    </form>
  );
}
