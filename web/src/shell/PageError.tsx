// A page that could not be shown.
import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { ProblemBox } from "~/ui/ProblemBox";

export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const queries = useQueryErrorResetBoundary();
  const again = () => {
    queries.reset();
    reset();
    void router.invalidate();
  };
  return (
    <div className="page page-narrow">
      <ProblemBox error={error} onRetry={again} />
    </div>
  );
}
