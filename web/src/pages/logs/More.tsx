// The foot of the list: older logs as one comes near, and a search that stopped early, to be gone on with.
import { Button, Loader } from "@mantine/core";
import { useIntersection } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { LOOKED_AT } from "~/api/log";
import { count, dateTime } from "~/text/format";
import { madeAt } from "./typed";
import type { useLogList } from "./useLogList";

type List = ReturnType<typeof useLogList>["list"];

/** One click goes on until something is found, or so many pages were searched. */
const AT_ONCE = 25;

export function More({ list }: { list: List }) {
  const { ref, entry } = useIntersection({ rootMargin: "400px" });
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  const pages = list.data?.pages;
  const partial = pages?.at(-1)?.partial === true;
  const near = entry?.isIntersecting === true && !partial;
  useEffect(() => {
    if (near && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [near, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage, pages?.length]);
  if (hasNextPage && partial) return <Further list={list} />;
  return (
    <div ref={ref} className="logs-more">
      {isFetchingNextPage && <Loader size="sm" role="status" aria-label="Loading older logs" />}
      {hasNextPage && !isFetchingNextPage && (
        <Button variant="default" size="xs" onClick={() => void fetchNextPage()}>
          Older logs
        </Button>
      )}
    </div>
  );
}

/** The server looked at as many logs as it does for one page, and found fewer than one. */
function Further({ list }: { list: List }) {
  const [searching, setSearching] = useState(false);
  const stopped = useRef(false);
  useEffect(() => () => void (stopped.current = true), []);
  const pages = list.data?.pages ?? [];
  const lookedAt = pages.filter((page) => page.partial).length * LOOKED_AT;
  const found = pages.reduce((sum, page) => sum + page.items.length, 0);
  const back = madeAt(pages.at(-1)?.next_cursor ?? "");
  const search = async () => {
    stopped.current = false;
    setSearching(true);
    for (let i = 0; i < AT_ONCE && !stopped.current; i++) {
      const { data, isError } = await list.fetchNextPage();
      const last = data?.pages.at(-1);
      if (isError || last === undefined || last.items.length > 0 || !last.partial) break;
    }
    setSearching(false);
  };
  return (
    <div className="logs-further">
      <p role="status">
        Looked at {count(lookedAt)} logs{back && <>, back to <span className="num">{dateTime(back.toISOString())}</span></>}
        {found === 0 ? ", and found none yet." : "."}
      </p>
      {searching ? (
        <Button size="xs" variant="default" leftSection={<Loader size={13} />} onClick={() => (stopped.current = true)}>
          Stop
        </Button>
      ) : (
        <Button size="xs" variant="default" onClick={() => void search()}>
          Search further
        </Button>
      )}
    </div>
  );
}
