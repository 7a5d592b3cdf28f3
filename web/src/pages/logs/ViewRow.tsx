// One saved view: its link, who made it, and what its maker or an admin may do with it.
import { ActionIcon, Button, Menu, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Ellipsis, PencilLine, Replace, Trash2 } from "lucide-react";
import { useState, type FormEvent, type MouseEvent } from "react";
import { useActorName } from "~/api/actor";
import { asProblem } from "~/api/problem";
import { useMay, useMe } from "~/api/session";
import type { View } from "~/api/types";
import { deleteView, renameView, replaceView, viewsQuery } from "~/api/view";
import { Copy } from "~/ui/Copy";
import { ProblemBox } from "~/ui/ProblemBox";
import { isFiltered, type LogFilter } from "./filter";

interface Props {
  view: View;
  /** Whether the list shows just this. */
  present: boolean;
  filter: LogFilter;
  onOpen: () => void;
}

export function ViewRow({ view, present, filter, onOpen }: Props) {
  const [mode, setMode] = useState<"read" | "rename" | "delete">("read");
  const queries = useQueryClient();
  const changed = () => queries.invalidateQueries({ queryKey: viewsQuery.queryKey });
  const replace = useMutation({ mutationFn: () => replaceView(view.id, filter), onSuccess: changed });
  const remove = useMutation({ mutationFn: () => deleteView(view.id), onSuccess: changed });
  const open = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    onOpen();
  };
  if (mode === "rename") return <Rename view={view} onEnd={() => setMode("read")} />;
  if (mode === "delete") {
    return (
      <li className="view-row view-asking">
        <span className="grow breaks">Delete “{view.name}” for everybody?</span>
        <Button size="compact-sm" variant="subtle" color="gray" data-autofocus onClick={() => setMode("read")}>
          No
        </Button>
        <Button size="compact-sm" color="clay.6" loading={remove.isPending} onClick={() => remove.mutate()}>
          Delete
        </Button>
        {remove.isError && <ProblemBox error={remove.error} />}
      </li>
    );
  }
  return (
    <li className={present ? "view-row view-present" : "view-row"}>
      <Link to="/views/$id" params={{ id: view.id }} className="view-link" onClick={open} aria-current={present ? "true" : undefined} title={described(view)}>
        <span className="clip view-name">{view.name}</span>
        <Maker view={view} />
      </Link>
      <Copy text={`${window.location.origin}/views/${view.id}`} what={`link of ${view.name}`} size="xs" />
      <Actions view={view} present={present} filter={filter} onRename={() => setMode("rename")} onReplace={() => replace.mutate()} onDelete={() => setMode("delete")} />
      {replace.isError && <ProblemBox error={replace.error} />}
    </li>
  );
}

/** The filter in words, for the mouse. */
const described = ({ q, filter }: View): string => [q, ...Object.entries(filter).map(([name, value]) => `${name}=${value}`)].filter(Boolean).join(" · ") || "all logs";

function Maker({ view }: { view: View }) {
  const actorName = useActorName();
  return (
    <span className="clip dim view-maker" dir="auto">
      {described(view)} · by {actorName(view.created_by, view.created_by_name)}
    </span>
  );
}

interface ActionsProps extends Omit<Props, "onOpen"> {
  onRename: () => void;
  onReplace: () => void;
  onDelete: () => void;
}

function Actions({ view, present, filter, onRename, onReplace, onDelete }: ActionsProps) {
  const me = useMe();
  const isAdmin = useMay("admin");
  const mayKeep = useMay("feedback");
  const mayChange = isAdmin || (mayKeep && me.user !== null && view.created_by === `user:${me.user.id}`);
  if (!mayChange) return null;
  return (
    <Menu position="bottom-end" shadow="md" withinPortal={false}>
      <Menu.Target>
        <ActionIcon size={28} aria-label={`More for ${view.name}`}>
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<PencilLine size={14} />} onClick={onRename}>
          Rename
        </Menu.Item>
        {isFiltered(filter) && !present && (
          <Menu.Item leftSection={<Replace size={14} />} onClick={onReplace}>
            Replace by the present filter
          </Menu.Item>
        )}
        <Menu.Item leftSection={<Trash2 size={14} />} className="danger" onClick={onDelete}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Rename({ view, onEnd }: { view: View; onEnd: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState(view.name);
  const rename = useMutation({
    mutationFn: () => renameView(view.id, name.trim()),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: viewsQuery.queryKey });
      onEnd();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === view.name) onEnd();
    else if (name.trim() !== "") rename.mutate();
  };
  const wrong = rename.isError ? nameError(rename.error) : undefined;
  return (
    <li className="view-row view-asking">
      <form className="views-keep" onSubmit={submit}>
        <TextInput aria-label={`New name of ${view.name}`} value={name} maxLength={100} error={wrong} autoFocus onChange={(e) => (setName(e.currentTarget.value), rename.reset())} />
        <Button type="submit" loading={rename.isPending} disabled={name.trim() === ""}>
          Rename
        </Button>
        <Button variant="subtle" color="gray" onClick={onEnd}>
          Cancel
        </Button>
        {rename.isError && wrong === undefined && <ProblemBox error={rename.error} />}
      </form>
    </li>
  );
}

/** What is wrong with a view's name, where it is the name. */
export function nameError(error: unknown): string | undefined {
  const problem = asProblem(error);
  return problem.status === 409 ? problem.detail : problem.at("/name");
}
