// The filter language on a card: examples that can be tried at once.
import { ActionIcon, Popover, UnstyledButton } from "@mantine/core";
import { CircleQuestionMark } from "lucide-react";
import { useState } from "react";

const EXAMPLES: [string, string][] = [
  ['"group commit"', "these words, in input or output"],
  ["status:failed age<24h", "both must hold"],
  ["thumbs:down or score<50", "one of them"],
  ["not has:feedback", "what nobody judged"],
  ["model:(gpt-4o*, claude*)", "a list; names that begin so"],
  ["latency>2s tokens>1000", "slow and long"],
  ["score:40..60", "a range"],
  ["meta.plan:pro user:ann", "what the application sent along"],
];

export function FilterHelp({ onTry }: { onTry: (text: string) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" shadow="md" width={360} trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon size={26} aria-label="How to filter" aria-expanded={open} onClick={() => setOpen(!open)}>
          <CircleQuestionMark size={16} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <h2 className="filter-help-title">How to filter</h2>
        <ul className="filter-help">
          {EXAMPLES.map(([text, about]) => (
            <li key={text}>
              <UnstyledButton
                onClick={() => {
                  setOpen(false);
                  onTry(text);
                }}
              >
                <code className="mono">{text}</code>
                <span className="dim">{about}</span>
              </UnstyledButton>
            </li>
          ))}
        </ul>
        <p className="filter-help-foot dim">
          The same in the API (<code className="mono">GET /api/v1/logs?q=</code>) and on the command line (<code className="mono">vouch logs --filter</code>).
        </p>
      </Popover.Dropdown>
    </Popover>
  );
}
