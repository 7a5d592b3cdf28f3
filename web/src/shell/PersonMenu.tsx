// Who is signed in, and the way out.
import { Avatar, Menu, UnstyledButton } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ChevronsUpDown, KeyRound, LogOut } from "lucide-react";
import { signOut, useMe } from "~/api/session";

export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    await signOut().catch(() => undefined);
    queries.clear();
    await navigate({ to: "/signin" });
  };
}

export function PersonMenu() {
  const { user } = useMe();
  const leave = useSignOut();
  const navigate = useNavigate();
  const name = user?.name ?? "API key";
  return (
    <Menu position="top-start" width={220} shadow="md">
      <Menu.Target>
        <UnstyledButton className="person">
          <Avatar size={30} radius="xl" color="pine" name={name} aria-hidden />
          <span className="grow">
            <span className="clip" title={name}>
              {name}
            </span>
            <small className="clip">
              {user?.role ?? "key"}
              <span className="sr-only">, account menu</span>
            </small>
          </span>
          <ChevronsUpDown size={14} className="dim" aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<KeyRound size={15} />} onClick={() => void navigate({ to: "/settings/$part", params: { part: "account" } })}>
          Own password
        </Menu.Item>
        <Menu.Item leftSection={<LogOut size={15} />} onClick={() => void leave()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
