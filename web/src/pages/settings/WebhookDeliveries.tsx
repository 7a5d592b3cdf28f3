// What a webhook was told: each delivery with its attempts, and sending it again.
import { Button, NativeSelect, SegmentedControl, Skeleton } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import type { Delivery, DeliveryState, Webhook } from "~/api/types";
import { deliveriesQuery, replayDelivery, replaySince } from "~/api/webhook";
import { dateTime, plural } from "~/text/format";
import { Code, pretty } from "~/ui/Code";
import { LoadError } from "~/ui/LoadError";
import { ProblemBox } from "~/ui/ProblemBox";
import { When } from "~/ui/When";
import { attemptText, stateOf } from "./hookWords";

const STATES = [{ value: "", label: "All" }, { value: "waiting", label: "Waiting" }, { value: "delivered", label: "Delivered" }, { value: "failed", label: "Failed" }];

export function WebhookDeliveries({ webhook }: { webhook: Webhook }) {
  const [state, setState] = useState("");
  const deliveries = useInfiniteQuery(deliveriesQuery(webhook.id, (state || undefined) as DeliveryState | undefined));
  const all = deliveries.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <div className="stack hook-deliveries" role="region" aria-label={`Deliveries of ${webhook.name}`}>
      <div className="row hook-bar">
        <SegmentedControl size="xs" aria-label="Which deliveries" data={STATES} value={state} onChange={setState} />
        <ReplaySince webhook={webhook} />
      </div>
      <LoadError query={deliveries} />
      {deliveries.isPending && <Skeleton height={80} />}
      {deliveries.isSuccess && all.length === 0 && <p className="dim hook-said">{state ? "None." : "It was told nothing in the last 30 days."}</p>}
      <ul className="hook-list">
        {all.map((delivery) => (
          <DeliveryRow key={delivery.id} webhook={webhook} delivery={delivery} />
        ))}
      </ul>
      {deliveries.hasNextPage && (
        <div>
          <Button size="compact-sm" variant="subtle" loading={deliveries.isFetchingNextPage} onClick={() => void deliveries.fetchNextPage()}>
            Show older ones
          </Button>
        </div>
      )}
    </div>
  );
}

const SPANS = [{ value: "1", label: "the last hour" }, { value: "24", label: "the last day" }, { value: "168", label: "the last week" }, { value: "720", label: "the last 30 days" }];

function ReplaySince({ webhook }: { webhook: Webhook }) {
  const queries = useQueryClient();
  const [hours, setHours] = useState("24");
  const replay = useMutation({
    mutationFn: () => replaySince(webhook.id, new Date(Date.now() - Number(hours) * 3_600_000).toISOString()),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["deliveries", webhook.id] }),
  });
  return (
    <div className="row hook-since">
      <NativeSelect size="xs" aria-label="Failed in" value={hours} data={SPANS} onChange={(e) => setHours(e.currentTarget.value)} />
      <Button size="xs" variant="default" loading={replay.isPending} disabled={webhook.off !== null} onClick={() => replay.mutate()}>
        Send what failed again
      </Button>
      <span className="dim" role="status">
        {replay.data && (replay.data.replayed === 0 ? "Nothing failed." : `${plural(replay.data.replayed, "delivery", "deliveries")} sent again${replay.data.more ? "; there are more" : ""}.`)}
      </span>
      {replay.isError && <ProblemBox error={replay.error} />}
    </div>
  );
}

function DeliveryRow({ webhook, delivery }: { webhook: Webhook; delivery: Delivery }) {
  const queries = useQueryClient();
  const replay = useMutation({
    mutationFn: () => replayDelivery(webhook.id, delivery.id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["deliveries", webhook.id] }),
  });
  const last = delivery.attempts.at(-1);
  const { text, tone } = stateOf(delivery);
  return (
    <li>
      <details className="hook-delivery">
        <summary>
          <span className={`pill ${tone}`}>{text}</span>
          <span className="mono hook-kind">{delivery.type}</span>
          <span className="dim grow hook-last">{last ? attemptText(last) : "not sent yet"}</span>
          <When at={delivery.created_at} className="dim" />
        </summary>
        <div className="stack hook-more">
          <div className="dim mono hook-url">webhook-id: {delivery.id}</div>
          <Code code={pretty(delivery.payload)} what="payload" maxHeight={260} />
          <ol className="hook-attempts" aria-label="Attempts">
            {delivery.attempts.map((attempt) => (
              <li key={attempt.at}>
                <span className="num">{dateTime(attempt.at)}</span>: {attemptText(attempt)}
                {attempt.response && <Code code={attempt.response} what="answer" wrap maxHeight={120} />}
              </li>
            ))}
          </ol>
          {delivery.next_at && <div className="dim">Sent {delivery.attempts.length > 0 ? "again " : ""}at {dateTime(delivery.next_at)}.</div>}
          {replay.isError && <ProblemBox error={replay.error} />}
          <div>
            <Button size="compact-sm" variant="default" leftSection={<RotateCcw size={13} />} loading={replay.isPending} disabled={webhook.off !== null} onClick={() => replay.mutate()}>
              {delivery.state === "waiting" ? "Send it now" : "Send it again"}
            </Button>
          </div>
        </div>
      </details>
    </li>
  );
}
