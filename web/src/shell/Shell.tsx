// The frame around every page: navigation, the page itself, keys that work everywhere.
import "./shell.css";
import { Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { Suspense, useEffect, useRef } from "react";
import { useQueueChanges } from "~/api/review/changes";
import { useMe } from "~/api/session";
import { BottomBar } from "./BottomBar";
import { HookNotice } from "./HookNotice";
import { KeysOverlay } from "./KeysOverlay";
import { PagePending } from "./PagePending";
import { SideRail } from "./SideRail";
import { useKeys } from "./keys";
import { ROOMS } from "./nav";
import { useSettingsEvents } from "./useSettingsEvents";

export function Shell() {
  useMe();
  useSettingsEvents();
  useQueueChanges();
  const navigate = useNavigate();
  const awaited = useRef(0);
  useKeys("Everywhere", [
    ...ROOMS.map((room) => ({
      key: `g ${room.key}`,
      does: `Go to ${room.name}`,
      run: () => void navigate({ to: room.to }),
      when: () => Date.now() - awaited.current < 1200,
    })),
    { key: "g", does: "Go to …", run: () => (awaited.current = Date.now()), hidden: true },
  ]);
  // Only the key right after `g` names a room: `g r`, then `c` at once, is Review and then its own `c`.
  useEffect(() => {
    const end = (event: KeyboardEvent) => event.key !== "g" && (awaited.current = 0);
    window.addEventListener("keydown", end);
    return () => window.removeEventListener("keydown", end);
  }, []);
  const { pathname } = useLocation();
  return (
    <div className="shell">
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <SideRail />
      <main id="page" className="shell-page" tabIndex={-1} key={pathname.split("/")[1]}>
        <HookNotice />
        <Suspense fallback={<PagePending />}>
          <Outlet />
        </Suspense>
      </main>
      <BottomBar />
      <KeysOverlay />
    </div>
  );
}
