// The Playground: talk to a model, say what you think of its answers.
import "./playground.css";
import { ActionIcon, Button, Loader, Tooltip } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { SlidersHorizontal, SquarePen } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { asProblem } from "~/api/problem";
import { useMay } from "~/api/session";
import { useKeys } from "~/shell/keys";
import { ProblemBox } from "~/ui/ProblemBox";
import { useTitle } from "~/ui/useTitle";
import { Composer } from "./Composer";
import { InputsPanel } from "./InputsPanel";
import { SettingsPanel } from "./SettingsPanel";
import { TargetSelect } from "./TargetSelect";
import { TurnView } from "./TurnView";
import { Welcome } from "./Welcome";
import { useConversation } from "./useConversation";
import { useGivenInSync } from "./useGivenInSync";
import { useTargets } from "./useTargets";

export function PlaygroundPage() {
  useTitle("Playground");
  const { conversation, change, changeTurn, send, retry, stop, startNew, busy } = useConversation();
  const { model: asked } = useSearch({ from: "/app/" });
  const targets = useTargets(conversation.model);
  const [settings, setSettings] = useState(false);
  const mayCall = useMay("ingest");
  const mayFeedback = useMay("feedback");

  const fallback = targets.deployments[0]?.value ?? targets.models.find((m) => m.ready)?.value ?? targets.models[0]?.value;
  useEffect(() => {
    // A deployment that was archived since serves no calls; a model that no list names may.
    const gone = !conversation.model.includes("/") && !targets.pending && !targets.deployments.some((d) => d.value === conversation.model);
    const model = asked ?? (gone ? fallback : conversation.model);
    if (model && model !== conversation.model) change({ model });
    // Only when the link or the list changes: the person's own choice stays.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [asked, fallback, targets.pending]);

  useKeys("Playground", [
    { key: "n", does: "New conversation", run: startNew },
    { key: "o", does: "Show or hide the settings", run: () => setSettings((now) => !now) },
    { key: "/", does: "Write a message", run: () => document.querySelector<HTMLElement>(".composer textarea")?.focus() },
  ]);
  const end = useStickToEnd(conversation.turns);
  useGivenInSync(conversation.turns, changeTurn);
  const missing = targets.needed.filter((name) => !conversation.inputs[name]?.trim());
  // Said once sending was tried, for this deployment.
  const [refused, setRefused] = useState("");
  const sendOrRefuse = () => {
    setRefused(missing.length > 0 ? conversation.model : "");
    if (missing.length === 0) send(conversation.typed);
    else document.querySelector<HTMLElement>(`[data-input="${CSS.escape(missing[0]!)}"]`)?.focus();
  };
  // Enter before the list of models is here: sent once it is.
  const [queued, setQueued] = useState(false);
  useEffect(() => {
    if (!queued || targets.settling || (fallback && !conversation.model)) return;
    setQueued(false);
    if (conversation.model) sendOrRefuse();
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [queued, targets.settling, fallback, conversation.model]);
  const blocked = !mayCall
    ? "Your role may read, not call models."
    : !conversation.model && !targets.pending
      ? "Choose a model first."
      : undefined;
  return (
    <div className="play">
      <header className="play-head">
        <h1 className="sr-only">Playground</h1>
        <TargetSelect targets={targets} value={conversation.model} onChange={(model) => change({ model })} />
        <Tooltip label="System prompt and parameters (o)">
          <ActionIcon
            size={36}
            variant={settings ? "light" : "default"}
            aria-label="System prompt and parameters"
            aria-expanded={settings}
            onClick={() => setSettings(!settings)}
          >
            <SlidersHorizontal size={17} />
          </ActionIcon>
        </Tooltip>
        <Button ml="auto" className="play-new" variant="default" leftSection={<SquarePen size={15} />} onClick={startNew} disabled={conversation.turns.length === 0}>
          New <span className="play-wide">&nbsp;conversation</span>
        </Button>
      </header>
      <div className="play-body">
        {settings && <SettingsPanel conversation={conversation} onChange={change} />}
        {targets.variables.length > 0 && <InputsPanel variables={targets.variables} missing={refused === conversation.model ? missing : []} conversation={conversation} onChange={change} />}
        {Boolean(targets.error) && !asProblem(targets.error).unreachable && <ProblemBox error={targets.error} />}
        {targets.waitingFor !== undefined && (
          <div className="play-waiting" role="status">
            <Loader size={16} color="honey.7" /> <strong>The model is not ready yet.</strong> {targets.waitingFor}
          </div>
        )}
        {conversation.turns.length === 0 ? (
          <Welcome onPick={(text) => change({ typed: text })} disabled={blocked !== undefined} />
        ) : (
          <div className="turns">
            {conversation.turns.map((turn, i) => (
              <TurnView
                key={turn.id}
                turn={turn}
                last={i === conversation.turns.length - 1}
                mayFeedback={mayFeedback}
                onChange={changeTurn}
                onRetry={retry}
              />
            ))}
          </div>
        )}
        <p className="sr-only" aria-live="polite">
          {announcement(busy, conversation.turns.at(-1)?.state, conversation.turns.at(-1)?.text)}
        </p>
        <div ref={end} />
      </div>
      <Composer
        value={conversation.typed}
        onChange={(typed) => change({ typed })}
        onSend={() => (targets.settling ? setQueued(conversation.typed.trim() !== "") : sendOrRefuse())}
        onStop={() => (queued ? setQueued(false) : stop())}
        busy={busy || queued}
        blocked={blocked}
      />
    </div>
  );
}

/** Read out once an answer is whole, not token by token. */
function announcement(busy: boolean, state: string | undefined, text: string | undefined): string {
  if (busy) return "The model is answering.";
  return state === "done" && text ? `Answer: ${text.slice(0, 600)}` : "";
}

/** Follows the stream, unless the reader scrolled up. */
function useStickToEnd(turns: unknown) {
  const end = useRef<HTMLDivElement>(null);
  const follow = useRef(true);
  useEffect(() => {
    const watch = () => {
      const rest = document.documentElement.scrollHeight - window.innerHeight - window.scrollY;
      follow.current = rest < 120;
    };
    window.addEventListener("scroll", watch, { passive: true });
    return () => window.removeEventListener("scroll", watch);
  }, []);
  useLayoutEffect(() => {
    if (follow.current) window.scrollTo({ top: document.documentElement.scrollHeight });
  }, [turns]);
  return end;
}
