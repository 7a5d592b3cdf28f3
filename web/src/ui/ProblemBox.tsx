// An error as a person can use it: what, why, which field, and trying again.
import { Button } from "@mantine/core";
import { TriangleAlert } from "lucide-react";
import { asProblem } from "~/api/problem";

interface Props {
  error: unknown;
  onRetry?: (() => void) | undefined;
  retryText?: string;
  /** Pointers that a field of the form already shows. */
  shown?: string[];
}

export function ProblemBox({ error, onRetry, retryText = "Try again", shown = [] }: Props) {
  const problem = asProblem(error);
  const fields = problem.errors.filter((e) => !shown.includes(e.pointer));
  const repeated = fields.length === 1 && problem.detail.includes(fields[0]!.detail);
  return (
    <div className="problem" role="alert">
      <TriangleAlert className="problem-icon" size={18} aria-hidden />
      <div className="grow">
        <div className="problem-title">{problem.title}</div>
        {problem.detail && problem.detail !== problem.title && <p>{problem.detail}</p>}
        {fields.length > 0 && !repeated && (
          <ul>
            {fields.map((e) => (
              <li key={e.pointer + e.detail}>
                {e.pointer && <code className="mono">{e.pointer}</code>} {e.detail}
              </li>
            ))}
          </ul>
        )}
      </div>
      {onRetry && (
        <Button size="xs" variant="default" onClick={onRetry}>
          {retryText}
        </Button>
      )}
    </div>
  );
}
