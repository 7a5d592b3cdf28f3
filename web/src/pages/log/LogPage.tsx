// One log: the conversation to read, what is known of it, and the review panel beside it.
import "./log.css";
import { Skeleton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import { useEvents } from "~/api/event";
import { logQuery } from "~/api/log";
import type { LogDetail, VouchEvent } from "~/api/types";
import type { LogFilter } from "~/pages/logs/filter";
import { useKeys } from "~/shell/keys";
import { shortId } from "~/text/format";
import { LoadError } from "~/ui/LoadError";
import { useTitle } from "~/ui/useTitle";
import { AnswerView } from "./AnswerView";
import { IdsCard, JsonCard, MetadataCard } from "./DetailCards";
import { FeedbackHistory } from "./FeedbackHistory";
import { LogFailure } from "./LogFailure";
import { LogHead, useBackToList } from "./LogHead";
import { MessageView } from "./MessageView";
import { ReviewPanel } from "./ReviewPanel";
import { UncertaintyCard } from "./UncertaintyCard";
import { answerOf } from "./message";
import { useNeighbours } from "./useNeighbours";
import { useReview } from "./useReview";

export function LogPage() {
  const { id } = useParams({ from: "/app/logs/$id" });
  const filter = useSearch({ from: "/app/logs/$id" });
  const log = useQuery(logQuery(id));
  useTitle(`Log ${shortId(id)}`);
  useLogEvents(id);
  if (log.isError && !log.data) {
    return (
      <div className="page page-narrow">
        <LoadError query={log} />
      </div>
    );
  }
  if (!log.data) return <Outline />;
  // A log of its own: drafts and folds never carry over to the next.
  return <Loaded key={id} log={log.data} filter={filter} />;
}

function Loaded({ log, filter }: { log: LogDetail; filter: LogFilter }) {
  const review = useReview(log);
  const neighbours = useNeighbours(log.id, filter);
  const navigate = useNavigate();
  const back = useBackToList() ?? (() => void navigate({ to: "/logs", search: filter }));
  useKeys("This log", [
    { key: "j", does: "Older log", run: () => neighbours.older?.() },
    { key: "k", does: "Newer log", run: () => neighbours.newer?.() },
    { key: "l", does: "Back to the list", run: back },
  ]);
  return (
    <div className="page log-page">
      <div className="log-grid">
        <div className="log-main stack">
          <LogHead log={log} filter={filter} neighbours={neighbours} />
          {log.messages.length > 0 && (
            <section className="card messages" aria-label="Conversation">
              {log.messages.map((message, i) => (
                <MessageView key={i} message={message} />
              ))}
            </section>
          )}
          {log.error && <LogFailure error={log.error} />}
          <AnswerView log={log} review={review} />
        </div>
        <div className="log-side">
          <ReviewPanel review={review} onNext={neighbours.older} />
        </div>
        <div className="log-details stack">
          <FeedbackHistory log={log} original={answerOf(log)} />
          {log.uncertainty && <UncertaintyCard uncertainty={log.uncertainty} />}
          <div className="log-pair">
            <IdsCard log={log} />
            <MetadataCard metadata={log.metadata} history={log.metadata_history} />
          </div>
          {Object.keys(log.parameters).length > 0 && <JsonCard title="Parameters" value={log.parameters} />}
          {Object.keys(log.inputs).length > 0 && <JsonCard title="Inputs" value={log.inputs} />}
        </div>
      </div>
    </div>
  );
}

/** What others say about this log appears while it is open. */
function useLogEvents(id: string) {
  const queries = useQueryClient();
  const onEvent = useCallback(
    (event: VouchEvent) => {
      if (event.ids.includes(id)) void queries.invalidateQueries({ queryKey: logQuery(id).queryKey });
    },
    [queries, id],
  );
  useEvents(onEvent);
}

function Outline() {
  return (
    <div className="page log-page" aria-busy="true" aria-label="Loading the log">
      <div className="log-grid">
        <div className="log-main stack">
          <Skeleton height={28} width={260} />
          <Skeleton height={52} radius="lg" />
          <Skeleton height={150} radius="lg" />
          <Skeleton height={220} radius="lg" />
        </div>
        <div className="log-side">
          <Skeleton height={520} radius="lg" />
        </div>
      </div>
    </div>
  );
}
