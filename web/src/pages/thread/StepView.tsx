// One step of a chain: who called what, when within the chain, what came of it; all of it on demand.
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { ArrowUpRight, ChevronDown, ChevronRight, Wrench } from "lucide-react";
import { useState } from "react";
import { useActorName } from "~/api/actor";
import type { Turn } from "~/api/types";
import { textOf } from "~/pages/log/message";
import { servedBy } from "~/pages/logs/LogRow";
import { compact, duration, usd } from "~/text/format";
import { reasonOf } from "~/text/reason";
import { Status } from "~/ui/Status";
import { Tally } from "~/ui/Tally";
import { When } from "~/ui/When";
import { Said } from "./Said";
import { TurnSaid } from "./TurnView";
import { placeOf, toolsOf, type Span } from "./span";

export function StepView({ step, number, span }: { step: Turn; number: number; span: Span }) {
  const [open, setOpen] = useState(false);
  const actorName = useActorName();
  const served = servedBy(step);
  const place = placeOf(step, span);
  const tools = toolsOf(step);
  const answer = textOf(step.choices[0]?.message);
  const said = step.error ? reasonOf(step.error.message).text : answer;
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <li className="card step">
      <header className="step-head">
        <span className="step-number num" aria-hidden>
          {number}
        </span>
        <div className="step-who">
          <div className="step-title">
            <Status status={step.status} iconOnly />
            <strong className="clip" title={served.name}>
              {served.name}
            </strong>
            {tools.map((tool, i) => (
              <span key={i} className="pill" title={`calls ${tool}`}>
                <Wrench size={11} aria-label="calls" /> {tool}
              </span>
            ))}
            {step.tally.count > 0 && <Tally tally={step.tally} />}
          </div>
          <div className="dim clip">
            called by {actorName(step.sent_by)}
            {served.more && <> · {served.more}</>}
          </div>
        </div>
        <Link to="/logs/$id" params={{ id: step.id }} className="call-open" aria-label={`Open the log of step ${number}`}>
          Open <ArrowUpRight size={14} aria-hidden />
        </Link>
      </header>
      <div className="step-time" title={`After ${duration(Date.parse(step.created_at) - span.from)}, for ${duration(step.performance.latency)}`}>
        <span className={step.status === "failed" ? "step-bar step-bar-bad" : "step-bar"} style={{ marginInlineStart: `${place.left}%`, width: `${place.width}%` }} />
      </div>
      <div className="step-facts dim num">
        <When at={step.created_at} />
        <span>{duration(step.performance.latency)}</span>
        {step.usage && <span>{compact(step.usage.total_tokens)} tokens</span>}
        {step.cost_usd_micros !== null && <span>{usd(step.cost_usd_micros)}</span>}
      </div>
      {!open && said && (
        <p className={step.error ? "step-said log-failed" : "step-said"} dir="auto">
          {said}
        </p>
      )}
      <Button size="compact-xs" variant="subtle" color="gray" className="step-more" leftSection={<Chevron size={13} />} aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? "Less" : "Input and output"}
      </Button>
      {open && (
        <div className="step-all">
          <TurnSaid turn={step} />
        </div>
      )}
      {step.feedback.length > 0 && (
        <div className="call-feedback">
          <Said feedback={step.feedback} />
        </div>
      )}
    </li>
  );
}
