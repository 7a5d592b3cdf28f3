// What reviewers say together, task by task: the answer, how sure the method is, and who said what; and whom it believes.
import { Button, NativeSelect, Skeleton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Vote } from "lucide-react";
import { useState } from "react";
import { consensusQuery, type QueueConsensus, type TaskConsensus } from "~/api/review/consensus";
import type { Queue } from "~/api/review/queue";
import type { Question } from "~/api/review/rubric";
import { count, decimal, percent, plural, shortId } from "~/text/format";
import { Empty } from "~/ui/Empty";
import { LoadError } from "~/ui/LoadError";
import { METHODS } from "../edit/Quality";
import { labelText } from "./ConfusionTable";

const WEIGHED = ["thumbs", "yes_no", "category", "multi_category", "checklist", "preference"];
const LISTS = ["multi_category", "checklist"];

/** How the answers to a question become one, in one sentence. */
function rule(question: Question, { scale, spans }: QueueConsensus): string {
  switch (question.type) {
    case "rating":
    case "number":
      return `The ${scale} of what was said. Reviewers below zero rate lower than the others.`;
    case "spans":
      return `A span counts that ${spans === null ? "more than half" : `at least ${percent(spans)}`} of the reviewers marked just so.`;
    case "ranking":
      return "Responses by their mean place; equals share one.";
    default:
      return LISTS.includes(question.type) ? "Each option by itself: the bar is how likely it is to be chosen." : "The bars are how likely each answer is.";
  }
}

export function ConsensusTab({ queue }: { queue: Queue }) {
  const questions = queue.rubric.questions.filter(({ type }) => type !== "text" && type !== "correction");
  const [key, setKey] = useState(questions[0]?.key ?? "");
  const [method, setMethod] = useState("");
  const question = questions.find((one) => one.key === key);
  if (!question) {
    return (
      <div className="card">
        <Empty art={<Vote size={40} strokeWidth={1.4} />} title="Nothing to put together">This queue asks for texts only, and of texts a person chooses one.</Empty>
      </div>
    );
  }
  const weighed = WEIGHED.includes(question.type);
  return (
    <div className="stack">
      <div className="row">
        <NativeSelect label="Question" size="xs" value={key} data={questions.map((one) => ({ value: one.key, label: one.title }))} onChange={(e) => setKey(e.currentTarget.value)} />
        {weighed && <NativeSelect label="Method" size="xs" value={method || queue.consensus.method} data={METHODS} onChange={(e) => setMethod(e.currentTarget.value)} />}
      </div>
      <Together key={`${key} ${method}`} queue={queue} question={question} method={weighed ? method : ""} />
    </div>
  );
}

function Together({ queue, question, method }: { queue: Queue; question: Question; method: string }) {
  const list = useInfiniteQuery(consensusQuery(queue.id, question.key, method));
  const pages = list.data?.pages ?? [];
  const first = pages[0];
  if (!first) return list.isError ? <LoadError query={list} /> : <Skeleton height={300} radius="lg" />;
  const tasks = pages.flatMap((page) => page.items);
  if (tasks.length === 0) {
    return (
      <div className="card">
        <Empty art={<Vote size={40} strokeWidth={1.4} />} title="Nobody has answered this yet">What reviewers say together appears with their first reviews.</Empty>
      </div>
    );
  }
  const names = new Map(first.reviewers.map(({ id, name }) => [id, name ?? shortId(id)]));
  const biased = first.reviewers.some(({ bias }) => bias !== null);
  const rated = first.reviewers.some(({ quality }) => quality !== null);
  return (
    <>
      <p className="dim tab-lede">{rule(question, first)}</p>
      <div className="card table-wrap">
        <table className="table table-cards" aria-label="Consensus">
          <thead>
            <tr>
              <th>Task</th>
              <th>Together</th>
              <th>{question.type === "spans" ? "Marked by" : "How sure"}</th>
              <th>Who said what</th>
            </tr>
          </thead>
          <tbody>
            {tasks.map((task) => (
              <tr key={task.task}>
                <td className="mono" title={task.task}>{shortId(task.task)}</td>
                <td><Answer task={task} question={question} /></td>
                <td><Sure task={task} question={question} /></td>
                <td className="consensus-said" dir="auto">
                  {question.type === "spans"
                    ? plural(task.contributions.length, "reviewer")
                    : task.contributions.map(({ user, answer }) => `${names.get(user) ?? shortId(user)}: ${shownText(question, answer)}`).join(" · ")}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {list.hasNextPage && <Button variant="default" size="xs" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>More tasks</Button>}
      {(biased || rated) && (
        <section className="card card-pad" aria-labelledby="believed">
          <h2 className="card-title" id="believed">{biased ? "Who rates higher" : "Whom it believes"}</h2>
          <table className="table" aria-labelledby="believed">
            <thead>
              <tr>
                <th>Person</th>
                <th className="right">Answers</th>
                <th className="right">{biased ? "Above the others" : "Quality"}</th>
              </tr>
            </thead>
            <tbody>
              {first.reviewers.map(({ id, name, answers, quality, bias }) => (
                <tr key={id}>
                  <td>{name ?? shortId(id)}</td>
                  <td className="right num">{count(answers)}</td>
                  <td className="right num">{biased ? decimal(bias, 2) : percent(quality)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}

/** An answer as people read it; lists of options by their titles. */
function shownText(question: Question, answer: string): string {
  if (question.type !== "multi_category" && question.type !== "checklist") return labelText(question, answer);
  const titles = answer.split(", ").map((key) => question.options.find((option) => option.key === key)?.title ?? key);
  return titles.join(", ") || "none";
}

function Answer({ task: { answer, value, spans, deviation }, question }: { task: TaskConsensus; question: Question }) {
  if (question.type === "spans") return <>{plural((spans ?? []).filter(({ agreed }) => agreed).length, "span")}</>;
  if (answer === null) return <span className="pill pill-warn">a tie</span>;
  if (question.type === "multi_category" || question.type === "checklist") {
    const chosen = question.options.filter(({ key }) => (Array.isArray(value) ? value.includes(key) : (value as Record<string, boolean> | null)?.[key] === true));
    return <strong dir="auto">{chosen.map(({ title }) => title).join(", ") || "none"}</strong>;
  }
  const number = typeof value === "number";
  return (
    <strong dir="auto">
      {number ? decimal(value, Number.isInteger(value) ? 0 : 2) : labelText(question, answer)}
      {number && deviation !== null && <span className="dim num"> ± {decimal(deviation, 1)}</span>}
    </strong>
  );
}

function Sure({ task: { posterior, spans }, question }: { task: TaskConsensus; question: Question }) {
  const bars: [string, number, boolean][] =
    question.type === "spans"
      ? (spans ?? []).map(({ start, end, label, share, agreed }) => [`${label} ${start}–${end}`, share, agreed])
      : Object.entries(posterior).sort(([, a], [, b]) => b - a).slice(0, 4).map(([label, p]) => [shownText(question, label), p, p >= 0.5]);
  return (
    <ul className="sure">
      {bars.map(([label, p, strong]) => (
        <li key={label}>
          <span dir="auto">{label}</span>
          <span className="sure-bar" aria-hidden><span data-strong={strong} style={{ width: `${100 * p}%` }} /></span>
          <span className="num dim">{percent(p)}</span>
        </li>
      ))}
    </ul>
  );
}
