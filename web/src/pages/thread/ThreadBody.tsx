// What a conversation and a chain have in common: head, totals, feedback on the whole, and pages of calls.
import "~/pages/log/log.css";
import "./thread.css";
import { Button, Loader, Skeleton } from "@mantine/core";
import { useIntersection } from "@mantine/hooks";
import { useEffect, type ReactNode } from "react";
import { useLive } from "~/api/event";
import { asProblem } from "~/api/problem";
import type { ThreadKind } from "~/api/thread";
import type { ThreadTotals, Turn } from "~/api/types";
import { shortId } from "~/text/format";
import { Empty } from "~/ui/Empty";
import { LinkButton } from "~/ui/LinkButton";
import { LoadError } from "~/ui/LoadError";
import { useTitle } from "~/ui/useTitle";
import { Said } from "./Said";
import { ThreadHead } from "./ThreadHead";
import { useThread } from "./useThread";

interface Props {
  kind: ThreadKind;
  id: string;
  icon: ReactNode;
  children: (turns: Turn[], totals: ThreadTotals) => ReactNode;
}

const NAMES = { conversations: "Conversation", chains: "Chain" };

export function ThreadBody({ kind, id, icon, children }: Props) {
  const { query, turns, whole } = useThread(kind, id);
  const name = NAMES[kind];
  useTitle(`${name} ${shortId(id)}`);
  const live = useLive();
  if (!whole) {
    const missing = query.isError && asProblem(query.error).status === 404;
    return (
      <div className="page page-narrow">
        {missing ? (
          <div className="card">
            <Empty heading="h1" art={icon} title={`Nothing is known of this ${name.toLowerCase()}`} action={<LinkButton to="/logs">All logs</LinkButton>}>
              No log has the {name.toLowerCase()} id <code className="mono breaks">{id}</code>. It appears with its first call.
            </Empty>
          </div>
        ) : query.isError ? (
          <LoadError query={query} />
        ) : (
          <Outline what={name.toLowerCase()} />
        )}
      </div>
    );
  }
  return (
    <div className="page page-narrow thread">
      <ThreadHead kind={kind} name={name} whole={whole} live={live} />
      {whole.feedback.length > 0 && (
        <section className="card card-pad" aria-labelledby="said-whole">
          <h2 className="card-title" id="said-whole">
            On the whole {name.toLowerCase()}
          </h2>
          <Said feedback={whole.feedback} />
        </section>
      )}
      {query.isError && <LoadError query={query} />}
      {turns.length === 0 ? (
        <div className="card">
          <Empty art={icon} title="No call yet">
            There is feedback already; the calls have not come, or belong to another {name.toLowerCase()}.
          </Empty>
        </div>
      ) : (
        <div className="stack">{children(turns, whole.totals)}</div>
      )}
      <Later query={query} />
    </div>
  );
}

/** The next page comes as one reads towards it. */
function Later({ query }: { query: ReturnType<typeof useThread>["query"] }) {
  const { ref, entry } = useIntersection({ rootMargin: "600px" });
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  const near = entry?.isIntersecting === true;
  useEffect(() => {
    if (near && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [near, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  return (
    <div ref={ref} className="thread-more">
      {isFetchingNextPage && <Loader size="sm" role="status" aria-label="Loading later calls" />}
      {hasNextPage && !isFetchingNextPage && (
        <Button variant="default" size="xs" onClick={() => void fetchNextPage()}>
          Later calls
        </Button>
      )}
    </div>
  );
}

function Outline({ what }: { what: string }) {
  return (
    <div className="stack" aria-busy="true" aria-label={`Loading the ${what}`}>
      <Skeleton height={30} width={280} />
      <Skeleton height={70} radius="lg" />
      <Skeleton height={180} radius="lg" />
      <Skeleton height={180} radius="lg" />
    </div>
  );
}
