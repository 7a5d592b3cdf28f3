// Navigation on a wide screen.
import { UnstyledButton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Keyboard } from "lucide-react";
import { useMe } from "~/api/session";
import { Logo } from "~/ui/Logo";
import { PersonMenu } from "./PersonMenu";
import { SchemeToggle } from "./SchemeToggle";
import { RoomBadge } from "./RoomBadge";
import { ROOMS } from "./nav";

export function SideRail() {
  const me = useMe();
  return (
    <aside className="rail">
      <Link to="/" className="rail-brand">
        <Logo />
        <span>
          <strong>Vouch</strong>
          <small className="clip" title={me.project.name}>
            {me.project.name}
          </small>
        </span>
      </Link>
      <nav aria-label="Main">
        {ROOMS.map(({ to, name, icon: Icon }) => (
          <Link key={to} to={to} className="rail-link" activeOptions={{ exact: to === "/", includeSearch: false }}>
            <Icon size={18} strokeWidth={1.8} aria-hidden />
            {name}
            {to === "/review" && <RoomBadge />}
          </Link>
        ))}
      </nav>
      <div className="rail-foot">
        <UnstyledButton
          className="rail-keys"
          onClick={() => window.dispatchEvent(new KeyboardEvent("keydown", { key: "?" }))}
        >
          <Keyboard size={16} strokeWidth={1.8} aria-hidden /> Keys <kbd className="kbd">?</kbd>
        </UnstyledButton>
        <SchemeToggle />
        <PersonMenu />
      </div>
    </aside>
  );
}
