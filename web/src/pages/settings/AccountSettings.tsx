// One's own password.
import { Button, PasswordInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { asProblem } from "~/api/problem";
import { changePassword, useMe } from "~/api/session";
import { ProblemBox } from "~/ui/ProblemBox";

export function AccountSettings() {
  const { user } = useMe();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => changePassword(current, next),
    onSuccess: () => {
      setCurrent("");
      setNext("");
      notifications.show({ message: "Your password is changed.", color: "pine" });
    },
  });
  const problem = change.isError ? asProblem(change.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  if (!user) return <p className="dim">You are here with an API key; it has no password.</p>;
  return (
    <form className="card card-pad stack account" onSubmit={submit}>
      <div>
        <strong>{user.name}</strong> <span className="pill">{user.role}</span>
        <div className="dim">{user.email}</div>
      </div>
      <input type="text" autoComplete="username" value={user.email} readOnly hidden />
      <PasswordInput label="Current password" description="Leave empty if you have only ever used a link." autoComplete="current-password" value={current} error={problem?.at("/current")} onChange={(e) => setCurrent(e.currentTarget.value)} />
      <PasswordInput label="New password" autoComplete="new-password" required value={next} error={problem?.at("/new")} onChange={(e) => setNext(e.currentTarget.value)} />
      {problem && <ProblemBox error={problem} shown={["/current", "/new"]} />}
      <div>
        <Button type="submit" loading={change.isPending}>
          Change the password
        </Button>
      </div>
    </form>
  );
}
