// Connect: code to paste, a key made on the spot, and the first call as it arrives.
import "./connect.css";
import { Button, SegmentedControl, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowRight, KeyRound, PartyPopper } from "lucide-react";
import { useState } from "react";
import { deploymentsQuery } from "~/api/deployment";
import { createKey, keysQuery } from "~/api/key";
import { useMay, useMe } from "~/api/session";
import type { NewApiKey } from "~/api/types";
import { Code } from "~/ui/Code";
import { Copy } from "~/ui/Copy";
import { PageHead } from "~/ui/PageHead";
import { ProblemBox } from "~/ui/ProblemBox";
import { LANGUAGES, snippets, type Language } from "./snippets";
import { useFirstCall } from "./useFirstCall";
import { LinkButton } from "~/ui/LinkButton";

export function ConnectPage() {
  const { address } = useMe();
  const [language, setLanguage] = useState<Language>("curl");
  const [key, setKey] = useState<NewApiKey>();
  const deployments = useQuery(deploymentsQuery);
  const model = deployments.data?.find((d) => d.active_version !== null && !d.archived_at)?.key ?? "assistant";
  const connection = { address, key: key?.secret ?? "YOUR_KEY", model };
  return (
    <div className="page page-narrow">
      <PageHead title="Connect" lede="Point your application here. Nothing but the address and the key changes; every call is logged, and people can say what they think of it." />
      <ol className="steps">
        <li>
          <h2>Make a key</h2>
          <MakeKey made={key} onMade={setKey} />
        </li>
        <li>
          <h2>Paste the code</h2>
          <div className="languages">
            <SegmentedControl data={LANGUAGES} value={language} onChange={(next) => setLanguage(next as Language)} aria-label="Language" />
          </div>
          <div className="stack">
            {snippets(language, connection).map((snippet) => (
              <section key={snippet.title} aria-label={snippet.title}>
                <h3 className="snippet-title">{snippet.title}</h3>
                <p className="snippet-about">{snippet.about}</p>
                {snippet.install && (
                  <div className="snippet-install">
                    <Code code={snippet.install} what="install command" />
                  </div>
                )}
                <Code code={snippet.code} what={snippet.title} colour mark={key?.secret ?? "YOUR_KEY"} />
              </section>
            ))}
          </div>
        </li>
        <li>
          <h2>See it arrive</h2>
          <FirstCall keyId={key?.id} />
        </li>
      </ol>
    </div>
  );
}

function MakeKey({ made, onMade }: { made: NewApiKey | undefined; onMade: (key: NewApiKey) => void }) {
  const mayMake = useMay("admin");
  const queries = useQueryClient();
  const [name, setName] = useState("my application");
  const make = useMutation({
    mutationFn: () => createKey(name.trim(), ["ingest", "feedback"]),
    onSuccess: (key) => {
      onMade(key);
      void queries.invalidateQueries({ queryKey: keysQuery.queryKey });
    },
  });
  if (!mayMake) return <p className="dim">Only an admin can make keys. Ask one for a key with the scopes “ingest” and “feedback”, and put it in place of YOUR_KEY.</p>;
  return (
    <div className="stack" style={{ gap: 12 }}>
      <form
        className="row make-key"
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <TextInput aria-label="Name of the key" value={name} onChange={(e) => setName(e.currentTarget.value)} className="grow" />
        <Button type="submit" leftSection={<KeyRound size={15} />} loading={make.isPending} disabled={!name.trim()} variant={made ? "default" : "filled"}>
          {made ? "Make another" : "Make a key"}
        </Button>
      </form>
      {make.isError && <ProblemBox error={make.error} />}
      {made && (
        <div className="secret appear" role="status">
          <code className="mono clip" title={made.secret}>
            {made.secret}
          </code>
          <Copy text={made.secret} what="key" />
          <span className="secret-note">Shown once. It is in the snippets below now; keep it somewhere safe.</span>
        </div>
      )}
    </div>
  );
}

function FirstCall({ keyId }: { keyId: string | undefined }) {
  const log = useFirstCall(keyId);
  if (keyId === undefined) return <p className="dim">Make a key first; the first call with it shows up here.</p>;
  if (log === undefined) {
    return (
      <div className="first-call" role="status">
        <span className="dot dot-live" aria-hidden /> Waiting for your first call …
      </div>
    );
  }
  return (
    <div className="first-call first-call-here appear" role="status">
      <PartyPopper size={20} aria-hidden /> <strong>Your first call is here.</strong>
      <LinkButton to="/logs/$id" params={{ id: log }} size="xs" rightSection={<ArrowRight size={14} />} ml="auto">
        Open its log
      </LinkButton>
    </div>
  );
}
