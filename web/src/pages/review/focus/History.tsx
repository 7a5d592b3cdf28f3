// The last ten decisions, the newest first: one key away, and open again with another.
import { UnstyledButton } from "@mantine/core";
import { ArrowUpRight, CircleAlert, SkipForward } from "lucide-react";
import type { Rubric } from "~/api/review/rubric";
import { AnswerText, answerText } from "../rubric/AnswerText";
import type { Decided } from "../work/held";
import { itemTitle } from "../item/itemText";
import { ago } from "~/text/format";
import { Key } from "~/ui/Key";

interface Props {
  past: Decided[];
  looking: number | undefined;
  rubric: Rubric;
  onLook: (at: number | undefined) => void;
}

export function History({ past, looking, rubric, onLook }: Props) {
  if (past.length === 0) return null;
  return (
    <nav className="history-strip" aria-label="Your last decisions">
      <span className="dim history-title">
        Last <Key>k</Key>
      </span>
      <ol>
        {past.map((decided, at) => (
          <li key={decided.id}>
            <UnstyledButton className={decided.refused ? "history-one history-refused" : "history-one"} aria-current={looking === at ? "step" : undefined} aria-label={`${short(decided, rubric)}: ${titleOf(decided)}`} title={`${titleOf(decided)}\n${ago(decided.at)}`} onClick={() => onLook(looking === at ? undefined : at)}>
              <Mark decided={decided} rubric={rubric} />
            </UnstyledButton>
          </li>
        ))}
      </ol>
    </nav>
  );
}

const titleOf = ({ held, past }: Decided): string => itemTitle(held?.turn.item ?? past?.item).slice(0, 120);

function short({ kind, answers, refused, held }: Decided, rubric: Rubric): string {
  if (refused !== undefined) return "not counted";
  if (kind !== "review") return kind === "skip" ? "skipped" : "escalated";
  const [first] = (held?.turn.rubric ?? rubric).questions;
  return first ? answerText(first, answers[first.key], held?.order) : "answered";
}

function Mark({ decided, rubric }: { decided: Decided; rubric: Rubric }) {
  if (decided.refused !== undefined) return <CircleAlert size={14} aria-hidden />;
  if (decided.kind === "skip") return <SkipForward size={14} aria-hidden />;
  if (decided.kind === "escalate") return <ArrowUpRight size={14} aria-hidden />;
  const [first] = (decided.held?.turn.rubric ?? rubric).questions;
  return first ? <AnswerText question={first} value={decided.answers[first.key]} {...(decided.held ? { order: decided.held.order } : {})} /> : null;
}
