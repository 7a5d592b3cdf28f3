// A chain: the calls that served one purpose, each with who made it, what served it, and when.
import { useParams } from "@tanstack/react-router";
import { Workflow } from "lucide-react";
import { StepView } from "./StepView";
import { ThreadBody } from "./ThreadBody";
import { spanOf } from "./span";

export function ChainPage() {
  const { id } = useParams({ from: "/app/chains/$id" });
  return (
    <ThreadBody key={id} kind="chains" id={id} icon={<Workflow size={40} strokeWidth={1.4} />}>
      {(turns, totals) => {
        const span = spanOf(turns, totals);
        return (
          <ol className="chain-steps" aria-label="Steps">
            {turns.map((turn, i) => (
              <StepView key={turn.id} step={turn} number={i + 1} span={span} />
            ))}
          </ol>
        );
      }}
    </ThreadBody>
  );
}
