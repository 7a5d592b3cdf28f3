// A query that failed. Where the server cannot be reached, the banner above every page says so.
import { asProblem } from "~/api/problem";
import { ProblemBox } from "./ProblemBox";

interface Props {
  query: { isError: boolean; error: unknown; refetch: () => unknown };
}

export function LoadError({ query }: Props) {
  if (!query.isError || asProblem(query.error).unreachable) return null;
  return <ProblemBox error={query.error} onRetry={() => void query.refetch()} />;
}
