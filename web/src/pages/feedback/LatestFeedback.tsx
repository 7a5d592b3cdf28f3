// The newest feedback, each with the way to what it is about.
import { Button, Skeleton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useActorName } from "~/api/actor";
import { feedbackQuery } from "~/api/feedback";
import type { Feedback } from "~/api/types";
import { words } from "~/text/format";
import { FeedbackValue } from "~/ui/FeedbackValue";
import { LoadError } from "~/ui/LoadError";
import { SourcePill } from "~/ui/SourcePill";
import { When } from "~/ui/When";

export function LatestFeedback({ metric }: { metric?: string }) {
  const list = useInfiniteQuery(feedbackQuery(metric ? { name: metric } : {}));
  const actorName = useActorName();
  const entries = (list.data?.pages ?? []).flatMap((page) => page.items);
  return (
    <section className="card card-pad" aria-labelledby="latest">
      <h2 className="card-title" id="latest">
        Latest {metric ? words(metric) : "feedback"}
      </h2>
      <LoadError query={list} />
      {list.isPending && <Skeleton height={160} />}
      {!list.isPending && entries.length === 0 && <p className="dim" style={{ margin: 0 }}>None yet.</p>}
      <ol className="latest">
        {entries.map((feedback) => (
          <li key={feedback.id} className={feedback.counts ? undefined : "latest-past"}>
            <span className="latest-when dim">
              <When at={feedback.created_at} />
            </span>
            <span className="latest-what">
              <strong className="clip" title={actorName(feedback.author, feedback.author_name)}>
                {actorName(feedback.author, feedback.author_name)}
              </strong>
              <SourcePill source={feedback.source} />
              <span className="dim">{words(feedback.name)}</span>
              {feedback.name === "correction" ? <span className="pill pill-accent">a correction</span> : <FeedbackValue feedback={feedback} />}
              {!feedback.counts && <span className="pill">{feedback.retracted_at ? "taken back" : "replaced"}</span>}
              {feedback.comment && (
                <q className="dim clip" dir="auto" title={feedback.comment}>
                  {feedback.comment}
                </q>
              )}
            </span>
            <About feedback={feedback} />
          </li>
        ))}
      </ol>
      {list.hasNextPage && (
        <Button variant="default" size="xs" mt="md" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Older
        </Button>
      )}
    </section>
  );
}

function About({ feedback }: { feedback: Feedback }) {
  if (feedback.log_id) {
    return (
      <Link to="/logs/$id" params={{ id: feedback.log_id }} className="latest-link">
        Open log
      </Link>
    );
  }
  const search = feedback.chain_id ? { chain_id: feedback.chain_id } : { conversation_id: feedback.conversation_id ?? "" };
  return (
    <Link to="/logs" search={search} className="latest-link">
      {feedback.chain_id ? "Chain" : "Conversation"}
    </Link>
  );
}
