// People: invited by a link that works once, or added by hand; shut out when they leave.
import { Button, Modal, NativeSelect, PasswordInput, Skeleton, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useState, type FormEvent } from "react";
import { asProblem } from "~/api/problem";
import { useMe } from "~/api/session";
import type { Role, User } from "~/api/types";
import { changeUser, createUser, makeSigninLink, usersQuery, type UpdateUser } from "~/api/user";
import { Confirm } from "~/ui/Confirm";
import { Copy } from "~/ui/Copy";
import { FormModal } from "~/ui/FormModal";
import { LoadError } from "~/ui/LoadError";
import { ProblemBox } from "~/ui/ProblemBox";
import { InvitationSettings } from "./InvitationSettings";
import { ROLES } from "./roles";

export function UserSettings() {
  const users = useQuery(usersQuery);
  const me = useMe();
  const queries = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [link, setLink] = useState<{ name: string; url: string }>();
  const refresh = () => queries.invalidateQueries({ queryKey: ["users"] });
  const change = useMutation({ mutationFn: ({ id, ...rest }: UpdateUser & { id: string }) => changeUser(id, rest), onSuccess: refresh });
  const invite = useMutation({
    mutationFn: async (user: User) => ({ name: user.name, url: (await makeSigninLink(user.id)).url }),
    onSuccess: setLink,
  });
  return (
    <div className="stack">
      <LoadError query={users} />
      {(change.isError || invite.isError) && <ProblemBox error={change.error ?? invite.error} />}
      <div className="card table-wrap">
        {users.isPending && <Skeleton height={160} />}
        <table className="table table-cards" aria-label="People">
          <thead>
            <tr>
              <th>Name</th>
              <th>Role</th>
              <th>Groups</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {users.data?.map((user) => {
              const self = user.id === me.user?.id;
              return (
                <tr key={user.id} className={user.disabled_at ? "row-past" : undefined}>
                  <td>
                    <strong>{user.name}</strong> {self && <span className="pill">you</span>} {user.disabled_at && <span className="pill pill-bad">disabled</span>}
                    <div className="dim cell-more">{user.email}</div>
                  </td>
                  <td>
                    <NativeSelect size="xs" aria-label={`Role of ${user.name}`} disabled={self || user.disabled_at !== null} value={user.role} data={ROLES} onChange={(e) => change.mutate({ id: user.id, role: e.currentTarget.value as Role })} />
                  </td>
                  <td>
                    <GroupsField user={user} onChange={(groups) => change.mutate({ id: user.id, groups })} />
                  </td>
                  <td className="right">
                    <span className="row" style={{ justifyContent: "flex-end", gap: 4 }}>
                      {user.disabled_at === null && (
                        <Button size="compact-sm" variant="subtle" loading={invite.isPending && invite.variables?.id === user.id} onClick={() => invite.mutate(user)} aria-label={`Sign-in link for ${user.name}`}>
                          Sign-in link
                        </Button>
                      )}
                      {!self && user.disabled_at === null && (
                        <Confirm question={`Shut ${user.name} out? What they said stays on record.`} confirm="Disable" onConfirm={() => change.mutate({ id: user.id, disabled: true })} aria-label={`Disable ${user.name}`}>
                          Disable
                        </Confirm>
                      )}
                      {user.disabled_at !== null && (
                        <Button size="compact-sm" variant="subtle" onClick={() => change.mutate({ id: user.id, disabled: false })} aria-label={`Enable ${user.name}`}>
                          Enable
                        </Button>
                      )}
                    </span>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <div>
        <Button variant="default" leftSection={<UserPlus size={15} />} onClick={() => setAdding(true)}>
          Add a person
        </Button>
      </div>
      <InvitationSettings />
      <FormModal opened={adding} onClose={() => setAdding(false)} title="Add a person">
        <UserForm
          onDone={(made) => {
            setAdding(false);
            if (made) setLink(made);
          }}
        />
      </FormModal>
      <Modal opened={link !== undefined} onClose={() => setLink(undefined)} title={`Sign-in link for ${link?.name ?? ""}`}>
        {link && (
          <div className="stack">
            <p style={{ margin: 0 }}>It works once, and not for long. Send it to {link.name} yourself.</p>
            <div className="once">
              <code className="mono">{link.url}</code>
              <Copy text={link.url} what="link" />
            </div>
          </div>
        )}
      </Modal>
    </div>
  );
}

/** Kept when one leaves the field: names with spaces or commas between them. */
function GroupsField({ user, onChange }: { user: User; onChange: (groups: string[]) => void }) {
  const was = user.groups.join(", ");
  const [text, setText] = useState<string>();
  const keep = () => {
    const groups = (text ?? was).split(/[\s,]+/).filter(Boolean);
    setText(undefined);
    if (groups.join(", ") !== was) onChange(groups);
  };
  return (
    <TextInput size="xs" aria-label={`Groups of ${user.name}`} placeholder="none" disabled={user.disabled_at !== null} value={text ?? was} onChange={(e) => setText(e.currentTarget.value)} onBlur={keep} onKeyDown={(e) => e.key === "Enter" && keep()} />
  );
}

function UserForm({ onDone }: { onDone: (link?: { name: string; url: string }) => void }) {
  const queries = useQueryClient();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("reviewer");
  const [password, setPassword] = useState("");
  const add = useMutation({
    mutationFn: () => createUser({ email: email.trim(), name: name.trim(), role, ...(password ? { password } : {}) }),
    onSuccess: async ({ user, signin_link: link }) => {
      await queries.invalidateQueries({ queryKey: ["users"] });
      onDone(link ? { name: user.name, url: link.url } : undefined);
    },
  });
  const problem = add.isError ? asProblem(add.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <form className="stack" onSubmit={submit}>
      <TextInput label="Name" required value={name} error={problem?.at("/name")} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
      <TextInput label="E-mail" type="email" required value={email} error={problem?.at("/email")} onChange={(e) => setEmail(e.currentTarget.value)} />
      <NativeSelect label="Role" value={role} data={ROLES} onChange={(e) => setRole(e.currentTarget.value as Role)} />
      <PasswordInput label="Password" description="Leave empty to get a sign-in link instead." autoComplete="new-password" value={password} error={problem?.at("/password")} onChange={(e) => setPassword(e.currentTarget.value)} />
      {problem && <ProblemBox error={problem} shown={["/name", "/email", "/password"]} />}
      <Button type="submit" loading={add.isPending}>
        Add
      </Button>
    </form>
  );
}
