// A page that could not be shown.
import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { asProblem } from "~/api/problem";
import { ProblemBox } from "~/ui/ProblemBox";

export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const queries = useQueryErrorResetBoundary();
  const again = () => {
    queries.reset();
    reset();
    void router.invalidate();
  };
  // The banner says why, and asks again.
  if (asProblem(error).unreachable) return <p className="page dim">This page appears as soon as the server is back.</p>;
  return (
    <div className="page page-narrow">
      <ProblemBox error={error} onRetry={again} />
    </div>
  );
}
