// What else is known of a log: parameters, inputs, ids, metadata with its history.
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useActorName } from "~/api/actor";
import type { Json, JsonObject, LogDetail, MetadataChange } from "~/api/types";
import { plural } from "~/text/format";
import { Code, pretty } from "~/ui/Code";
import { Copy } from "~/ui/Copy";
import { When } from "~/ui/When";

const ORIGINS = { gateway: "through the gateway", get_config: "get_config", ingest: "sent in afterwards" };

export function IdsCard({ log }: { log: LogDetail }) {
  const actorName = useActorName();
  return (
    <section className="card card-pad" aria-labelledby="ids">
      <h2 className="card-title" id="ids">
        Where it belongs
      </h2>
      <dl className="pairs">
        <Pair name="Conversation" value={log.conversation_id}>
          {log.conversation_id && (
            <Link to="/conversations/$id" params={{ id: log.conversation_id }}>
              {log.conversation_id}
            </Link>
          )}
        </Pair>
        <Pair name="Chain" value={log.chain_id}>
          {log.chain_id && (
            <Link to="/chains/$id" params={{ id: log.chain_id }}>
              {log.chain_id}
            </Link>
          )}
        </Pair>
        <Pair name="User" value={log.user_id}>
          {log.user_id && (
            <Link to="/logs" search={{ user_id: log.user_id }}>
              {log.user_id}
            </Link>
          )}
        </Pair>
        <Pair name="Sent by" value={log.sent_by}>
          {actorName(log.sent_by)}
        </Pair>
        <Pair name="Came as" value={null}>
          {ORIGINS[log.origin]}
        </Pair>
      </dl>
    </section>
  );
}

function Pair({ name, value, children }: { name: string; value: string | null; children: React.ReactNode }) {
  return (
    <>
      <dt className="clip" title={name}>
        {name}
      </dt>
      <dd>
        <span className="clip" title={value ?? (typeof children === "string" ? children : undefined)}>
          {children || <span className="dim">–</span>}
        </span>
        {value && <Copy text={value} what={name.toLowerCase()} size="xs" />}
      </dd>
    </>
  );
}

export function JsonCard({ title, value }: { title: string; value: JsonObject }) {
  const id = title.toLowerCase();
  const simple = Object.values(value).every((part) => typeof part !== "object" || part === null);
  return (
    <section className="card card-pad" aria-labelledby={id}>
      <h2 className="card-title" id={id}>
        {title}
        <Copy text={pretty(value)} what={`${id} as JSON`} size="xs" />
      </h2>
      {simple ? (
        <dl className="pairs">
          {Object.entries(value).map(([name, part]) => (
            <Pair key={name} name={name} value={null}>
              <span className="mono" title={shown(part)}>
                {shown(part)}
              </span>
            </Pair>
          ))}
        </dl>
      ) : (
        <Code code={pretty(value)} what={id} wrap colour maxHeight={340} />
      )}
    </section>
  );
}

const shown = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));

export function MetadataCard({ metadata, history }: { metadata: JsonObject; history: MetadataChange[] }) {
  const names = Object.keys(metadata).sort();
  return (
    <section className="card card-pad" aria-labelledby="metadata">
      <h2 className="card-title" id="metadata">
        Metadata
        {names.length > 0 && <Copy text={pretty(metadata)} what="metadata as JSON" size="xs" />}
      </h2>
      {names.length === 0 ? (
        <p className="dim" style={{ margin: 0 }}>
          None. Send <code className="mono">metadata</code> with the call, or add it later with addMetrics.
        </p>
      ) : (
        <dl className="pairs">
          {names.map((name) => (
            <MetadataPair key={name} name={name} value={metadata[name] ?? null} history={history.filter((change) => change.key === name)} />
          ))}
        </dl>
      )}
    </section>
  );
}

function MetadataPair({ name, value, history }: { name: string; value: Json; history: MetadataChange[] }) {
  const [open, setOpen] = useState(false);
  const actorName = useActorName();
  const text = shown(value);
  const filterable = typeof value !== "object" && text.length <= 128;
  return (
    <>
      <dt className="clip" title={name}>
        {name}
      </dt>
      <dd>
        <span className="clip" title={text}>
          {filterable ? (
            <Link to="/logs" search={{ metadata: `${name}:${text}` }}>
              {text}
            </Link>
          ) : (
            <span className="mono">{text}</span>
          )}
        </span>
        {history.length > 1 && (
          <Button size="compact-xs" variant="subtle" color="gray" aria-expanded={open} onClick={() => setOpen(!open)}>
            {plural(history.length, "value")}
          </Button>
        )}
        {open && (
          <ol className="history">
            {[...history].reverse().map((change, i) => (
              <li key={change.at + String(i)}>
                <span className="mono breaks">{shown(change.value)}</span>{" "}
                <span className="dim">
                  <When at={change.at} /> by {actorName(change.by)}
                </span>
              </li>
            ))}
          </ol>
        )}
      </dd>
    </>
  );
}
