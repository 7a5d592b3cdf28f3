// Many at once: a grid of items, one question, answered card by card or for all that are marked.
import "~/pages/log/log.css";
import "../review.css";
import "./bulk.css";
import { Button, NativeSelect, Skeleton, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft, CircleCheckBig, Search } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { useComing } from "~/api/review/mine";
import { queueQuery, type Queue } from "~/api/review/queue";
import type { Question } from "~/api/review/rubric";
import { useKeys } from "~/shell/keys";
import { plural } from "~/text/format";
import { Empty } from "~/ui/Empty";
import { Key } from "~/ui/Key";
import { LinkButton } from "~/ui/LinkButton";
import { LoadError } from "~/ui/LoadError";
import { ProblemBox } from "~/ui/ProblemBox";
import { useTitle } from "~/ui/useTitle";
import { Unsent } from "../focus/FocusHead";
import { blurWanted } from "../focus/comfort";
import { useCounts } from "../focus/useWork";
import { itemText, itemTitle } from "../item/itemText";
import { chosen, isOneChoice } from "../rubric/choose";
import { answerKeys, keysFor } from "../rubric/keyPools";
import type { Held } from "../work/held";
import { BulkCard } from "./BulkCard";
import { isComplete, useBulk } from "./useBulk";

export function BulkPage() {
  const { id } = useParams({ from: "/app/review/$id/bulk" });
  const queue = useQuery(queueQuery(id));
  if (queue.isError) return <div className="page page-narrow"><LoadError query={queue} /></div>;
  return queue.data ? <Bulk key={id} queue={queue.data} /> : <div className="page"><Skeleton height={420} radius="lg" /></div>;
}

/** Questions that fit on a card. */
const fits = (question: Question): boolean => isOneChoice(question) || question.type === "multi_category" || question.type === "checklist";
const textOf = ({ turn }: Held): string => `${itemTitle(turn.item)} ${itemText(turn.item)}`.toLowerCase();

function Bulk({ queue }: { queue: Queue }) {
  useTitle(`Many at once: ${queue.name}`);
  const bulk = useBulk(queue.id);
  useCounts(queue.id);
  useComing(queue.id, bulk.phase === "ready" && bulk.cards.length === 0, bulk.refill);
  const blur = blurWanted(queue);
  const [revealed, setRevealed] = useState<string>();
  const questions = queue.rubric.questions.filter(fits);
  const [name, setName] = useState(questions[0]?.key);
  const question = questions.find(({ key }) => key === name);
  const [wanted, setWanted] = useState("");
  const [at, setAt] = useState(0);
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const grid = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const cards = useMemo(() => bulk.cards.filter((card) => textOf(card).includes(wanted.trim().toLowerCase())), [bulk.cards, wanted]);
  const here = Math.min(at, cards.length - 1);
  const keys = useMemo(() => (question ? answerKeys([question], 2) : []), [question]);
  const ready = cards.filter(isComplete);
  const ids = cards.map(({ turn }) => turn.task);
  const go = (to: number, mark = false) => {
    const next = Math.max(0, Math.min(cards.length - 1, to));
    if (mark) setMarked(new Set([...marked, ids[here]!, ids[next]!]));
    setAt(next);
    grid.current?.children[next]?.scrollIntoView({ block: "nearest" });
  };
  const answer = (option: string) => {
    if (!question || cards.length === 0) return;
    const many = [...marked].filter((id) => ids.includes(id));
    if (many.length > 0) {
      // For all the same: what some have already is not taken away from them.
      const [first] = cards.filter(({ turn }) => many.includes(turn.task));
      const value = chosen(question, undefined, option, first!.order);
      bulk.answer(many, question, (card) => (question.type === "preference" ? chosen(question, undefined, option, card.order) : value));
      setMarked(new Set());
      return;
    }
    bulk.answer([ids[here]!], question, (card) => chosen(question, card.answers[question.key], option, card.order));
    if (isOneChoice(question)) go(here + 1);
  };
  const send = () => {
    const sent = bulk.send(ids);
    setMarked(new Set());
    if (sent > 0) setAt(0);
  };
  const toggle = (id: string) => setMarked(marked.has(id) ? new Set([...marked].filter((other) => other !== id)) : new Set([...marked, id]));
  const columns = () => Math.max(1, getComputedStyle(grid.current ?? document.body).gridTemplateColumns.split(" ").length);
  const free = () => !document.activeElement?.closest("a, select, button:not([role])");
  useKeys("Many at once", [
    { key: "ArrowRight", does: "Next card", run: () => go(here + 1) },
    { key: "ArrowLeft", does: "Card before", run: () => go(here - 1) },
    { key: "ArrowDown", does: "Card below", run: () => go(here + columns()) },
    { key: "ArrowUp", does: "Card above", run: () => go(here - columns()) },
    { key: "shift+ArrowRight", does: "Mark and go on", run: () => go(here + 1, true), shownAs: "⇧ →" },
    { key: "x", does: "Mark this card", run: () => ids[here] !== undefined && toggle(ids[here]) },
    { key: "*", does: "Mark all", run: () => setMarked(marked.size === ids.length ? new Set() : new Set(ids)) },
    { key: "Enter", does: "Send what is complete", run: send, when: free },
    ...(blur ? [{ key: " ", does: "Show what is blurred", run: () => setRevealed(revealed === ids[here] ? undefined : ids[here]), when: free }] : []),
    { key: "/", does: "Search among them", run: () => search.current?.focus() },
  ]);
  useKeys("Answer", keys.map(({ key, option }, i) => ({ key, does: question?.title ?? "", run: () => answer(option), hidden: i > 0, shownAs: `${key} … ${keys.at(-1)!.key}` })));
  return (
    <div className="page bulk-page">
      <header className="focus-head">
        <Link to="/review/$id/work" params={{ id: queue.id }} className="log-back">
          <ArrowLeft size={15} aria-hidden /> One by one
        </Link>
        <h1 className="clip" title={queue.name}>{queue.name}</h1>
        <span className="dim">many at once</span>
        <Unsent />
      </header>
      <div className="bulk-bar card">
        {questions.length > 1 ? (
          <NativeSelect aria-label="Question" size="xs" value={name} data={questions.map(({ key, title }) => ({ value: key, label: title }))} onChange={(e) => setName(e.currentTarget.value)} />
        ) : (
          <strong dir="auto">{question?.title}</strong>
        )}
        <TextInput ref={search} aria-label="Search among these" size="xs" placeholder="Search among these" leftSection={<Search size={14} />} rightSection={wanted ? undefined : <Key>/</Key>} value={wanted} onChange={(e) => setWanted(e.currentTarget.value)} onKeyDown={(e) => e.key === "Escape" && e.currentTarget.blur()} />
        <span className="dim grow num" role="status">
          {marked.size > 0 ? `${plural(marked.size, "card")} marked: the next key answers all of them` : `${plural(cards.length, "item")}, ${ready.length} ready`}
        </span>
        <Button size="xs" variant="default" onClick={() => setMarked(marked.size === ids.length ? new Set() : new Set(ids))} rightSection={<Key>*</Key>}>
          {marked.size === ids.length && ids.length > 0 ? "Mark none" : "Mark all"}
        </Button>
        <Button size="xs" className="submit" disabled={ready.length === 0} onClick={send} rightSection={<Key>↵</Key>}>
          Send {ready.length || ""}
        </Button>
      </div>
      {bulk.phase === "loading" && <Skeleton height={300} radius="lg" />}
      {bulk.error && !bulk.error.unreachable && <ProblemBox error={bulk.error} onRetry={bulk.refill} />}
      {!question && (
        <div className="card">
          <Empty title="No question of this queue can be answered for many at once" action={<LinkButton to="/review/$id/work" params={{ id: queue.id }}>One by one</LinkButton>}>
            Thumbs, yes or no, ratings, categories and preferences can. Texts, corrections and spans need a look at each.
          </Empty>
        </div>
      )}
      {bulk.phase === "ready" && question && cards.length === 0 && (
        <div className="card">
          <Empty art={<CircleCheckBig size={40} strokeWidth={1.4} />} title={wanted ? "Nothing here has these words" : bulk.pausedFor ? "Your work here is paused" : "Nothing waits for you here"} action={<LinkButton to="/review">All queues</LinkButton>}>
            {wanted ? "The search looks only among the items that are on this page." : (bulk.pausedFor ?? "What comes in, or comes back from others, appears here by itself.")}
          </Empty>
        </div>
      )}
      {question && (
        <div className="bulk-grid" ref={grid}>
          {cards.map((card, i) => (
            <BulkCard
              key={card.turn.task}
              card={card}
              question={question}
              queue={queue.id}
              keys={i === here ? keysFor(keys, question.key) : undefined}
              blurred={blur && revealed !== card.turn.task}
              marked={marked.has(card.turn.task)}
              onMark={() => (setAt(i), toggle(card.turn.task))}
              onFocus={() => setAt(i)}
              onAnswer={(value) => bulk.answer([card.turn.task], question, () => value)}
            />
          ))}
        </div>
      )}
    </div>
  );
}
