// Accepting an invitation: the person says who they are, and is in.
import "../signin/signin.css";
import { Button, Loader, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { acceptInvitation, lookAtInvitation } from "~/api/invitation";
import { asProblem } from "~/api/problem";
import type { OpenInvitation } from "~/api/types";
import { useLinkToken } from "~/pages/signin/linkToken";
import { Logo } from "~/ui/Logo";
import { ProblemBox } from "~/ui/ProblemBox";
import { useTitle } from "~/ui/useTitle";

export function InvitePage() {
  useTitle("Invitation");
  const token = useLinkToken();
  const invitation = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => lookAtInvitation(token),
    enabled: token !== "",
    retry: false,
    refetchOnWindowFocus: false,
  });
  const closed = token === "" || (invitation.isError && asProblem(invitation.error).status === 401);
  return (
    <main className="signin">
      <section className="signin-card">
        <div className="signin-brand">
          <Logo size={44} />
          <h1>Vouch</h1>
        </div>
        {closed && <Closed />}
        {!closed && invitation.isError && <ProblemBox error={invitation.error} />}
        {!closed && invitation.isPending && (
          <p className="row" role="status">
            <Loader size="sm" /> Looking at your invitation …
          </p>
        )}
        {invitation.data && <AcceptForm token={token} invitation={invitation.data} />}
      </section>
      <p className="signin-foot">People decide. Models learn. Everything is on record.</p>
    </main>
  );
}

function Closed() {
  return (
    <div className="problem" role="alert">
      <div className="grow">
        <div className="problem-title">This invitation no longer works</div>
        <p>It was used or revoked, or is older than seven days. Ask whoever sent it for a new one.</p>
        <p>
          <Link to="/signin">Sign in</Link>, if you have a password already.
        </p>
      </div>
    </div>
  );
}

function AcceptForm({ token, invitation }: { token: string; invitation: OpenInvitation }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [email, setEmail] = useState(invitation.email ?? "");
  const [password, setPassword] = useState("");
  const accept = useMutation({
    mutationFn: () => acceptInvitation({ token, name: name.trim(), email: email.trim(), password }),
    onSuccess: () => {
      queries.clear();
      void navigate({ to: "/" });
    },
  });
  const problem = accept.isError ? asProblem(accept.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    accept.mutate();
  };
  if (problem?.status === 401) return <Closed />;
  return (
    <form onSubmit={submit} className="stack">
      <p style={{ margin: 0 }}>
        You are invited to <strong>{invitation.project}</strong> as {invitation.role === "admin" ? "an" : "a"} <strong>{invitation.role}</strong>.
      </p>
      <TextInput label="Name" description="What others see" autoComplete="name" required autoFocus value={name} error={problem?.at("/name")} onChange={(e) => setName(e.currentTarget.value)} />
      <TextInput label="E-mail" type="email" autoComplete="username" required readOnly={invitation.email !== null} value={email} error={problem?.at("/email")} onChange={(e) => setEmail(e.currentTarget.value)} />
      <PasswordInput label="Password" description="At least 10 characters" autoComplete="new-password" required value={password} error={problem?.at("/password")} onChange={(e) => setPassword(e.currentTarget.value)} />
      {problem && <ProblemBox error={problem} shown={["/name", "/email", "/password"]} />}
      <Button type="submit" size="md" loading={accept.isPending} fullWidth>
        Accept the invitation
      </Button>
    </form>
  );
}
