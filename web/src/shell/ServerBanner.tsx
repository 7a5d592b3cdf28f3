// Over every page while the server cannot be reached: says so, asks again, and catches up.
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { Unplug } from "lucide-react";
import { useEffect, useState } from "react";
import { probe, useReachable } from "~/api/reach";

const ASK_AGAIN_MS = 4_000;

export function ServerBanner() {
  const reachable = useReachable();
  const queries = useQueryClient();
  const router = useRouter();
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    if (reachable) return;
    const timer = setInterval(() => void probe(), ASK_AGAIN_MS);
    return () => {
      clearInterval(timer);
      // It is back: what failed meanwhile is read again.
      void queries.invalidateQueries();
      void router.invalidate();
    };
  }, [reachable, queries, router]);
  if (reachable) return null;
  const again = () => {
    setAsking(true);
    void probe().finally(() => setAsking(false));
  };
  return (
    <div className="server-banner" role="alert">
      <Unplug size={17} aria-hidden />
      <span className="grow">
        <strong>The server cannot be reached.</strong> Is <code className="mono">vouch serve</code> running? What you typed is kept.
      </span>
      <Button size="xs" variant="default" loading={asking} onClick={again}>
        Try again
      </Button>
    </div>
  );
}
