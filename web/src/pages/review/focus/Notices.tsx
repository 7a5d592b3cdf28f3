// What came back after the next item was on the screen already: checks, refusals, a word about rest.
import { Button } from "@mantine/core";
import { CircleAlert, Coffee, Lightbulb, Target } from "lucide-react";
import type { Rubric } from "~/api/review/rubric";
import { AnswerText } from "../rubric/AnswerText";
import { askedOf } from "../rubric/asked";
import { itemTitle } from "../item/itemText";
import type { Notice } from "../work/state";
import type { Work } from "../work/work";
import type { Comfort } from "./comfort";

const ICONS = { gold: Target, refused: CircleAlert, suggestion: Lightbulb };

export function Notices({ work, notices, comfort, rubric }: { work: Work; notices: Notice[]; comfort: Comfort; rubric: Rubric }) {
  return (
    <div className="notices" aria-live="polite">
      {comfort.restAfter !== undefined && (
        <div className="notice">
          <Coffee size={17} aria-hidden />
          <span className="grow">You have worked for {comfort.restAfter} minutes. Look out of the window for a moment; nothing here is lost.</span>
          <Button size="compact-sm" variant="default" onClick={comfort.rested}>
            Thanks
          </Button>
        </div>
      )}
      {notices.map((notice) => (
        <One key={notice.id} notice={notice} rubric={rubric} onClose={() => work.dismiss(notice.id)} />
      ))}
    </div>
  );
}

function One({ notice: { kind, decided, text }, rubric, onClose }: { notice: Notice; rubric: Rubric; onClose: () => void }) {
  const Icon = ICONS[kind];
  const title = itemTitle(decided?.held?.turn.item).slice(0, 90);
  const right = kind === "gold" ? decided?.gold?.answers : decided?.suggestion?.answers;
  const asked = right ? askedOf(decided?.held?.turn.rubric ?? rubric, right).filter(({ key }) => right[key] !== undefined) : [];
  return (
    <div className={kind === "refused" ? "notice notice-bad" : "notice"}>
      <Icon size={17} aria-hidden />
      <div className="grow">
        {title && <span className="dim">“{title}” – </span>}
        {text}
        {asked.map((question) => (
          <div key={question.key} className="notice-answer">
            <span className="dim">{question.title}</span> you said <AnswerText question={question} value={decided?.answers[question.key]} />, {kind === "gold" ? "right is" : "suggested was"} <AnswerText question={question} value={right![question.key]} />
          </div>
        ))}
      </div>
      <Button size="compact-sm" variant="default" onClick={onClose}>
        Close
      </Button>
    </div>
  );
}
