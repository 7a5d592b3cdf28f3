// Navigation on a phone: four rooms, and the rest behind "More".
import { Drawer, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import { Ellipsis, LogOut } from "lucide-react";
import { useMe } from "~/api/session";
import { useSignOut } from "./PersonMenu";
import { SchemeToggle } from "./SchemeToggle";
import { RoomBadge } from "./RoomBadge";
import { ROOMS } from "./nav";

export function BottomBar() {
  const [open, { open: show, close }] = useDisclosure(false);
  const { user, project } = useMe();
  const leave = useSignOut();
  return (
    <>
      <nav className="bar" aria-label="Main">
        {ROOMS.slice(0, 4).map(({ to, name, icon: Icon }) => (
          <Link key={to} to={to} className="bar-link" activeOptions={{ exact: to === "/", includeSearch: false }}>
            <Icon size={20} strokeWidth={1.8} aria-hidden />
            {name}
            {to === "/review" && <RoomBadge />}
          </Link>
        ))}
        <UnstyledButton className="bar-link" onClick={show} aria-haspopup="dialog">
          <Ellipsis size={20} strokeWidth={1.8} aria-hidden />
          More
        </UnstyledButton>
      </nav>
      <Drawer opened={open} onClose={close} position="bottom" size="auto" title={project.name} radius="lg">
        <div className="stack" style={{ paddingBottom: 12 }}>
          {ROOMS.slice(4).map(({ to, name, icon: Icon }) => (
            <Link key={to} to={to} className="rail-link" onClick={close}>
              <Icon size={18} strokeWidth={1.8} aria-hidden />
              {name}
            </Link>
          ))}
          <SchemeToggle />
          <UnstyledButton className="rail-link" onClick={() => void leave()}>
            <LogOut size={18} strokeWidth={1.8} aria-hidden />
            Sign out {user ? `(${user.name})` : ""}
          </UnstyledButton>
        </div>
      </Drawer>
    </>
  );
}
