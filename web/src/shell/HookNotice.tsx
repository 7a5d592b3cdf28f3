// Over every page of an admin: a webhook was switched off by the server, and is told nothing.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Unplug } from "lucide-react";
import { useMay } from "~/api/session";
import { webhooksQuery } from "~/api/webhook";

export function HookNotice() {
  const admin = useMay("admin");
  const off = useQuery({ ...webhooksQuery, enabled: admin }).data?.filter((webhook) => webhook.off && webhook.off.because !== "paused") ?? [];
  if (off.length === 0) return null;
  return (
    <div className="hook-notice" role="status">
      <Unplug size={16} aria-hidden />
      <span>
        {off.length === 1 ? `The webhook “${off[0]!.name}” was` : `${off.length} webhooks were`} switched off: what happens is not told to {off.length === 1 ? "it" : "them"}.{" "}
        <Link to="/settings/$part" params={{ part: "webhooks" }}>
          See why
        </Link>
      </span>
    </div>
  );
}
