// Signing in: with a password, or by a one-time link whose token stands behind `#`.
import "./signin.css";
import { Button, Loader, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { Problem, asProblem } from "~/api/problem";
import { signIn, signInByLink } from "~/api/session";
import { Logo } from "~/ui/Logo";
import { ProblemBox } from "~/ui/ProblemBox";
import { useTitle } from "~/ui/useTitle";
import { useLinkToken } from "./linkToken";

export function SigninPage() {
  useTitle("Sign in");
  const enter = useEnter();
  const token = useLinkToken();
  const byLink = useMutation({ mutationFn: signInByLink, onSuccess: enter });
  const begun = useRef(false);
  const { mutate } = byLink;
  useEffect(() => {
    if (!token || begun.current) return;
    begun.current = true;
    mutate(token);
  }, [token, mutate]);
  const linking = token !== "" && !byLink.isError;
  return (
    <main className="signin">
      <section className="signin-card">
        <div className="signin-brand">
          <Logo size={44} />
          <h1>Vouch</h1>
        </div>
        {linking ? (
          <p className="row" role="status">
            <Loader size="sm" /> Signing you in …
          </p>
        ) : (
          <>
            {byLink.isError && <LinkProblem error={byLink.error} />}
            <PasswordForm onDone={enter} />
          </>
        )}
      </section>
      <p className="signin-foot">People decide. Models learn. Everything is on record.</p>
    </main>
  );
}

/** A link that was used, or is too old, is the usual case: it says what to do. */
function LinkProblem({ error }: { error: unknown }) {
  if (asProblem(error).status !== 401) return <ProblemBox error={error} />;
  return (
    <div className="problem" role="alert">
      <div className="grow">
        <div className="problem-title">This link no longer works</div>
        <p>
          A sign-in link works once and not for long. Ask an admin for a new one, or start <code className="mono">vouch demo</code> again. With a password
          you can sign in below.
        </p>
      </div>
    </div>
  );
}

function PasswordForm({ onDone }: { onDone: () => void }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const byPassword = useMutation({ mutationFn: () => signIn(email.trim(), password), onSuccess: onDone });
  const problem = byPassword.isError ? asProblem(byPassword.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    byPassword.mutate();
  };
  return (
    <form onSubmit={submit} className="stack">
      <TextInput label="E-mail" type="email" autoComplete="username" required autoFocus value={email} error={problem?.at("/email")} onChange={(e) => setEmail(e.currentTarget.value)} />
      <PasswordInput label="Password" autoComplete="current-password" required value={password} error={problem?.at("/password")} onChange={(e) => setPassword(e.currentTarget.value)} />
      {problem && <ProblemBox error={problem.status === 401 ? new Problem(401, "That did not work", problem.detail) : problem} shown={["/email", "/password"]} />}
      <Button type="submit" size="md" loading={byPassword.isPending} fullWidth>
        Sign in
      </Button>
    </form>
  );
}

function useEnter(): () => void {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  const { next } = useSearch({ from: "/signin" });
  return () => {
    queries.clear();
    if (next) router.history.push(next);
    else void navigate({ to: "/" });
  };
}
