// Settings: one part at a time, chosen on the left.
import "./settings.css";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useRef, type ComponentType } from "react";
import { useMay, useMe } from "~/api/session";
import type { Scope } from "~/api/types";
import { PageHead } from "~/ui/PageHead";
import { AccountSettings } from "./AccountSettings";
import { AuditSettings } from "./AuditSettings";
import { KeySettings } from "./KeySettings";
import { MetricSettings } from "./MetricSettings";
import { OriginSettings } from "./OriginSettings";
import { PriceSettings } from "./PriceSettings";
import { ProviderSettings } from "./ProviderSettings";
import { RetentionSettings } from "./RetentionSettings";
import { UserSettings } from "./UserSettings";
import { WebhookSettings } from "./WebhookSettings";

interface Part {
  path: string;
  name: string;
  scope: Scope;
  about: string;
  page: ComponentType;
}

const PARTS: Part[] = [
  { path: "metrics", name: "Metrics", scope: "read", about: "What feedback can be given on.", page: MetricSettings },
  { path: "providers", name: "Providers", scope: "read", about: "Where models come from.", page: ProviderSettings },
  { path: "prices", name: "Prices", scope: "read", about: "What models cost, for the cost of every call.", page: PriceSettings },
  { path: "retention", name: "Retention", scope: "read", about: "How long logs are kept. What is older is archived as Parquet in the server's data folder, and then removed; charts keep counting it.", page: RetentionSettings },
  { path: "origins", name: "Allowed origins", scope: "read", about: "Which web pages may send feedback with a token (<vouch-feedback>). Programs, which send no Origin, and the pages of this server always may.", page: OriginSettings },
  { path: "keys", name: "API keys", scope: "admin", about: "What programs sign in with.", page: KeySettings },
  { path: "webhooks", name: "Webhooks", scope: "admin", about: "Programs that are told what happens in review queues. What they are told is signed, and sent again until they take it.", page: WebhookSettings },
  { path: "people", name: "People", scope: "admin", about: "Who may sign in, and what they may do.", page: UserSettings },
  { path: "audit", name: "Audit trail", scope: "admin", about: "Who changed what. Each entry carries the hash of the one before, so a change of the past shows.", page: AuditSettings },
  { path: "account", name: "Own account", scope: "read", about: "Your password.", page: AccountSettings },
];

export function SettingsPage() {
  const { part: wanted } = useParams({ strict: false });
  const admin = useMay("admin");
  const { version } = useMe();
  const parts = PARTS.filter((part) => part.scope !== "admin" || admin);
  const part = parts.find(({ path }) => path === wanted) ?? parts[0]!;
  const Page = part.page;
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the parts are a row wider than the window.
    const chosen = nav.current?.querySelector<HTMLElement>('[aria-current="page"]');
    if (chosen) nav.current!.scrollLeft = chosen.offsetLeft - (nav.current!.clientWidth - chosen.offsetWidth) / 2;
  }, [part.path]);
  return (
    <div className="page">
      <div className="settings-grid">
        <nav className="settings-nav" ref={nav} aria-label="Settings">
          {parts.map(({ path, name }) => (
            <Link key={path} to="/settings/$part" params={{ part: path }} className="settings-link" aria-current={path === part.path ? "page" : undefined} data-chosen={path === part.path}>
              {name}
            </Link>
          ))}
          <span className="dim settings-version">Vouch {version}</span>
        </nav>
        <div className="grow">
          <PageHead title={part.name} lede={part.about} />
          <Page />
        </div>
      </div>
    </div>
  );
}
