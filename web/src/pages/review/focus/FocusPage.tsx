// The focus view: one item, its questions, and nothing to wait for.
import "~/pages/log/log.css";
import "../review.css";
import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Activity, useDeferredValue, useLayoutEffect, useMemo, useState, type ReactNode } from "react";
import { useActorName } from "~/api/actor";
import { queueQuery, type Queue } from "~/api/review/queue";
import { Key } from "~/ui/Key";
import { LoadError } from "~/ui/LoadError";
import { useTitle } from "~/ui/useTitle";
import { ItemView } from "../item/ItemView";
import { itemTitle } from "../item/itemText";
import { SwapContext } from "../item/swap";
import { WideQuestions, isWide } from "../rubric/RubricForm";
import { answerKeys, keysFor, type AnswerKey } from "../rubric/keyPools";
import { askedOf } from "../rubric/asked";
import type { Held } from "../work/held";
import { DecidedView } from "./DecidedView";
import { FocusHead } from "./FocusHead";
import { Guidelines, guidelinesNew, guidelinesSeen } from "./Guidelines";
import { History } from "./History";
import { Nothing } from "./Nothing";
import { Notices } from "./Notices";
import { ReasonDialog, type Aside } from "./ReasonDialog";
import { RubricPanel } from "./RubricPanel";
import { useComfort } from "./comfort";
import { useFocusKeys } from "./useFocusKeys";
import { useWork } from "./useWork";

export function FocusPage() {
  const { id } = useParams({ from: "/app/review/$id/work" });
  const queue = useQuery(queueQuery(id));
  if (queue.isError && !queue.data) {
    return (
      <div className="page page-narrow">
        <LoadError query={queue} />
      </div>
    );
  }
  return queue.data ? <Focus key={id} queue={queue.data} /> : <Outline />;
}

function Focus({ queue }: { queue: Queue }) {
  useTitle(`Review: ${queue.name}`);
  const { work, state } = useWork(queue.id);
  const actorName = useActorName();
  const [current] = state.turns;
  const drawn = useDrawn(state.turns);
  const looked = state.looking === undefined ? undefined : state.past[state.looking];
  const [aside, setAside] = useState<Aside>();
  const [guide, setGuide] = useState(() => guidelinesNew(queue));
  const comfort = useComfort(queue, work);
  const responses = current?.order.length ?? 0;
  const keys = useMemo(() => answerKeys(current?.turn.rubric.questions ?? [], responses), [current?.turn.rubric, responses]);
  const submit = () => {
    performance.mark("vouch:submit");
    const wrong = work.submit();
    const [first] = Object.keys(wrong);
    if (first) lead(first);
  };
  const suggestion = current?.turn.suggestion;
  const guidelines = () => {
    guidelinesSeen(queue);
    setGuide((open) => !open);
  };
  const actions = {
    submit, guidelines,
    skip: () => setAside("skip"),
    escalate: () => setAside("escalate"),
    reveal: comfort.reveal,
    suggestion: suggestion ? () => work.answers({ ...current!.answers, ...suggestion.answers }) : undefined,
  };
  useFocusKeys(work, state, current, keys, actions, comfort.blur);
  useTop(looked?.id ?? current?.turn.task);
  return (
    <div className="page focus-page">
      <FocusHead queue={queue} work={work} state={state} comfort={comfort} onGuidelines={guidelines} />
      <p className="sr-only" role="status">
        {looked ? "An earlier decision" : current && `Next: ${itemTitle(current.turn.item).slice(0, 200)}`}
      </p>
      <Notices work={work} notices={state.notices} comfort={comfort} rubric={queue.rubric} />
      {state.phase !== "working" && !looked ? (
        <Nothing queue={queue} state={state} onRetry={() => void work.refill()} />
      ) : (
        <div className="focus-grid">
          <div className="focus-main stack">
            <Guidelines queue={queue} open={guide} onToggle={guidelines} />
            {current?.turn.returned && !looked && (
              <p className="returned" role="note">
                <strong>{actorName(current.turn.returned.by)}</strong> sent this back to you: {current.turn.returned.reason}
              </p>
            )}
            <SwapContext value={looked ? undefined : () => work.swap()}>
              {looked ? (
                <div className={comfort.blur && !comfort.revealed ? "blurred" : undefined}>
                  <Past item={looked.held?.turn.item ?? looked.past?.item} order={looked.held?.order} />
                </div>
              ) : (
                drawn.map((one) => {
                  const here = one.turn.task === current?.turn.task;
                  return (
                    <Activity key={one.turn.task} mode={here ? "visible" : "hidden"}>
                      <div className={comfort.blur && !comfort.revealed ? "focus-item blurred" : "focus-item"} data-task={one.turn.task}>
                        <ItemView item={one.turn.item} order={one.order} marks={here ? marksOf(one, keys) : undefined} />
                      </div>
                    </Activity>
                  );
                })
              )}
            </SwapContext>
            {current && !looked && current.turn.rubric.questions.some(isWide) && (
              <WideQuestions key={current.turn.task} rubric={current.turn.rubric} answers={current.answers} onAnswer={(name, value) => work.answer(name, value)} keys={keys} wrong={current.wrong} order={current.order} item={current.turn.item} />
            )}
          </div>
          <div className="focus-side">
            {looked ? (
              <DecidedView decided={looked} rubric={queue.rubric} onUndo={() => work.undo(state.looking)} onClose={() => work.lookAt(undefined)} />
            ) : (
              current && <RubricPanel key={current.turn.task} held={current} work={work} keys={keys} actions={actions} />
            )}
          </div>
        </div>
      )}
      <History past={state.past} looking={state.looking} rubric={queue.rubric} onLook={(at) => work.lookAt(at)} />
      <ReasonDialog
        aside={aside}
        onClose={() => setAside(undefined)}
        onDone={(kind, reason) => {
          setAside(undefined);
          work.setAside(kind, reason);
        }}
      />
    </div>
  );
}

/**
 * The item in hand and the next one, drawn out of sight while nobody waits for it. The one that was
 * just left goes a moment later: taking 500 messages away takes longer than showing the next.
 */
function useDrawn(turns: Held[]): Held[] {
  const now = useMemo(() => turns.slice(0, 2), [turns]);
  const before = useDeferredValue(now);
  return [...before.filter(({ turn }) => !now.some((one) => one.turn.task === turn.task)), ...now];
}

function Past({ item, order }: { item: Held["turn"]["item"] | null | undefined; order: number[] | undefined }) {
  if (!item) return <p className="card card-pad dim">The item of this decision is not at hand. Change it to see it again.</p>;
  return <ItemView item={item} order={order ?? (item.type === "responses" ? item.responses.map((_, i) => i) : [])} />;
}

/** The key and the rank of each response, printed on it. */
function marksOf({ turn, answers, order }: Held, keys: AnswerKey[]): ReactNode[] | undefined {
  const ranking = askedOf(turn.rubric, answers).find(({ type }) => type === "ranking");
  if (!ranking) return undefined;
  const ranks = (answers[ranking.key] ?? []) as number[][];
  const own = keysFor(keys, ranking.key);
  return order.map((response, at) => {
    const rank = ranks.findIndex((group) => group.includes(response));
    const key = own.get(String(at));
    return rank < 0 ? key && <Key>{key}</Key> : <span className="pill pill-accent num">rank {rank + 1}</span>;
  });
}

/** A new item begins at its top; what it took to show it is measured. */
function useTop(shown: string | undefined): void {
  useLayoutEffect(() => {
    window.scrollTo({ top: 0 });
    if (performance.getEntriesByName("vouch:submit").length === 0) return;
    performance.measure("vouch:next", "vouch:submit");
    performance.clearMarks("vouch:submit");
  }, [shown]);
}

/** To the question that holds the answers back. */
function lead(question: string): void {
  setTimeout(() => {
    const found = document.querySelector<HTMLElement>(`[data-question="${CSS.escape(question)}"]`);
    found?.scrollIntoView({ block: "nearest" });
    found?.querySelector<HTMLElement>('input, textarea, [role="radio"], [role="checkbox"], [tabindex="0"]')?.focus({ preventScroll: true });
  }, 0);
}

function Outline() {
  return (
    <div className="page focus-page" aria-busy="true" aria-label="Loading the queue">
      <Skeleton height={34} width={320} />
      <div className="focus-grid">
        <Skeleton height={420} radius="lg" />
        <Skeleton height={320} radius="lg" />
      </div>
    </div>
  );
}

