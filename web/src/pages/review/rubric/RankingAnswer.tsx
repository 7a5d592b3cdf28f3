// A ranking: press the responses from the best to the worst; two may share a rank.
import { ActionIcon, Button } from "@mantine/core";
import { Link2, RotateCcw, X } from "lucide-react";
import { usePlaces } from "../item/place";
import { Choice } from "./Choice";
import { chosen, tied } from "./choose";
import type { QuestionProps } from "./QuestionView";

export function RankingAnswer({ question, value, onAnswer, keys, order, labelId }: QuestionProps & { labelId: string }) {
  const ranks = (value ?? []) as number[][];
  const places = usePlaces(order.length);
  const name = (response: number) => places[order.indexOf(response)] ?? "";
  const left = order.filter((response) => !ranks.flat().includes(response));
  return (
    <div className="ranking" role="group" aria-labelledby={labelId}>
      {ranks.length > 0 && (
        <ol className="ranks" aria-label="Ranked, best first">
          {ranks.map((group, i) => (
            <li key={i}>
              <span className="rank num" aria-hidden>{i + 1}</span>
              {group.map((response) => (
                <span key={response} className="pill pill-accent">
                  {name(response)}
                  <ActionIcon size={16} radius="xl" aria-label={`Take ${name(response)} out`} onClick={() => onAnswer(chosen(question, ranks, String(order.indexOf(response)), order))}>
                    <X size={11} />
                  </ActionIcon>
                </span>
              ))}
            </li>
          ))}
        </ol>
      )}
      {left.length > 0 && (
        <div className="opts">
          {left.map((response) => (
            <Choice key={response} role="checkbox" checked={false} hotkey={keys.get(String(order.indexOf(response)))} onChoose={() => onAnswer(chosen(question, ranks, String(order.indexOf(response)), order))}>
              {name(response)}
            </Choice>
          ))}
        </div>
      )}
      <div className="row">
        <span className="dim grow">{left.length > 0 ? (ranks.length === 0 ? "The best first." : "Now the next best.") : "All ranked."}</span>
        {ranks.length > 1 && (
          <Button size="compact-xs" variant="subtle" color="gray" leftSection={<Link2 size={13} />} onClick={() => onAnswer(tied(ranks))}>
            {ranks.at(-1)!.length > 1 ? "Untie the last" : "Tie the last two"} (=)
          </Button>
        )}
        {ranks.length > 0 && (
          <Button size="compact-xs" variant="subtle" color="gray" leftSection={<RotateCcw size={13} />} onClick={() => onAnswer(undefined)}>
            Again
          </Button>
        )}
      </div>
    </div>
  );
}
