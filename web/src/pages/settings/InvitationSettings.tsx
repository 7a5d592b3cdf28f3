// Invitations: a link that is shown once, and those that are still open.
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { MailPlus } from "lucide-react";
import { useState, type FormEvent } from "react";
import { invitationsQuery, invite, revokeInvitation } from "~/api/invitation";
import { asProblem } from "~/api/problem";
import type { NewInvitation, Role } from "~/api/types";
import { shortTime } from "~/text/format";
import { Confirm } from "~/ui/Confirm";
import { Copy } from "~/ui/Copy";
import { FormModal } from "~/ui/FormModal";
import { LoadError } from "~/ui/LoadError";
import { ProblemBox } from "~/ui/ProblemBox";
import { ROLES } from "./roles";

export function InvitationSettings() {
  const open = useQuery(invitationsQuery);
  const queries = useQueryClient();
  const [inviting, setInviting] = useState(false);
  const revoke = useMutation({ mutationFn: revokeInvitation, onSettled: () => queries.invalidateQueries({ queryKey: ["invitations"] }) });
  return (
    <>
      <div>
        <Button leftSection={<MailPlus size={15} />} onClick={() => setInviting(true)}>
          Invite a person
        </Button>
      </div>
      <LoadError query={open} />
      {revoke.isError && <ProblemBox error={revoke.error} />}
      {open.data !== undefined && open.data.length > 0 && (
        <div className="card table-wrap">
          <table className="table table-cards" aria-label="Open invitations">
            <thead>
              <tr>
                <th>Invited</th>
                <th>Role</th>
                <th>Open until</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {open.data.map((invitation) => {
                const whom = invitation.email ?? "whoever has the link";
                return (
                  <tr key={invitation.id}>
                    <td>{whom}</td>
                    <td>{invitation.role}</td>
                    <td>{shortTime(invitation.expires_at)}</td>
                    <td className="right">
                      <Confirm question="Revoke this invitation? Its link works no more." confirm="Revoke" onConfirm={() => revoke.mutate(invitation.id)} aria-label={`Revoke the invitation of ${whom}`}>
                        Revoke
                      </Confirm>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      <FormModal opened={inviting} onClose={() => setInviting(false)} title="Invite a person">
        <InviteForm onDone={() => setInviting(false)} />
      </FormModal>
    </>
  );
}

function InviteForm({ onDone }: { onDone: () => void }) {
  const queries = useQueryClient();
  const [role, setRole] = useState<Role>("reviewer");
  const [email, setEmail] = useState("");
  const [made, setMade] = useState<NewInvitation>();
  const make = useMutation({
    mutationFn: () => invite(role, email.trim()),
    onSuccess: async (invitation) => {
      setMade(invitation);
      await queries.invalidateQueries({ queryKey: ["invitations"] });
    },
  });
  const problem = make.isError ? asProblem(make.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  if (made) {
    return (
      <div className="stack">
        <p style={{ margin: 0 }}>It works once, until {shortTime(made.expires_at)}, and is not shown again. Send it to {made.email ?? "the person"} yourself.</p>
        <div className="once">
          <code className="mono">{made.url}</code>
          <Copy text={made.url} what="link" />
        </div>
        <Button onClick={onDone}>I have it</Button>
      </div>
    );
  }
  return (
    <form className="stack" onSubmit={submit}>
      <NativeSelect label="Role" value={role} data={ROLES} onChange={(e) => setRole(e.currentTarget.value as Role)} />
      <TextInput label="E-mail" type="email" description="Only this address may take the invitation. Leave empty for whoever has the link." value={email} error={problem?.at("/email")} onChange={(e) => setEmail(e.currentTarget.value)} />
      {problem && <ProblemBox error={problem} shown={["/email"]} />}
      <Button type="submit" loading={make.isPending}>
        Make the link
      </Button>
    </form>
  );
}
