// Why a call in the list failed. The list's rows do not carry it: read with the log once it is in sight.
import { useIntersection } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { logQuery } from "~/api/log";
import { reasonOf } from "~/text/reason";

export function FailedReason({ id }: { id: string }) {
  const { ref, entry } = useIntersection();
  // What failed stays failed: read once.
  const { data } = useQuery({ ...logQuery(id), staleTime: Infinity, enabled: entry?.isIntersecting === true });
  const error = data?.error;
  const text = error ? reasonOf(error.message).text : undefined;
  return (
    <span ref={ref} className="log-failed" title={text}>
      {text ? `Failed${error?.status ? ` (${error.status})` : ""}: ${text}` : "Failed"}
    </span>
  );
}
