// An error as a person can use it: what, why, which field, and trying again.
import { Button } from "@mantine/core";
import { TriangleAlert } from "lucide-react";
import { asProblem } from "~/api/problem";
import { words } from "~/text/format";

interface Props {
  error: unknown;
  onRetry?: (() => void) | undefined;
  retryText?: string;
  /** Pointers that a field of the form already shows. */
  shown?: string[];
}

export function ProblemBox({ error, onRetry, retryText = "Try again", shown = [] }: Props) {
  const problem = asProblem(error);
  const listed = problem.errors.filter((e) => !shown.includes(e.pointer));
  // A detail that only repeats a field's error is said once: at the field, else in the list.
  const own = problem.errors.some((e) => e.detail === problem.detail) ? "" : problem.detail;
  const detail = own || (problem.errors.length > 0 && listed.length === 0 ? "The marked field says what is wrong." : "");
  return (
    <div className="problem" role="alert">
      <TriangleAlert className="problem-icon" size={18} aria-hidden />
      <div className="grow">
        <div className="problem-title">{problem.title}</div>
        {detail && detail !== problem.title && <p>{detail}</p>}
        {listed.length > 0 && (
          <ul>
            {listed.map((e) => (
              <li key={e.pointer + e.detail}>
                {e.pointer && <strong>{fieldName(e.pointer)}:</strong>} {e.detail}
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

/** `/variants/0/max_tokens` as `variants 1, max tokens`. */
export function fieldName(pointer: string): string {
  const steps = pointer.replace(/^[/?{]|\}$/g, "").split("/");
  return steps.reduce((name, step) => (/^\d+$/.test(step) ? `${name} ${Number(step) + 1}` : name ? `${name}, ${words(step)}` : words(step)), "");
}
