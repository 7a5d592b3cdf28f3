// Filters that were kept under a name: open one, keep the present one, rename, replace, delete.
import { Button, Popover, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Bookmark, ChevronDown } from "lucide-react";
import { useState, type FormEvent } from "react";
import { useMay } from "~/api/session";
import { createView, filterOf, viewsQuery } from "~/api/view";
import { useKeys } from "~/shell/keys";
import { LoadError } from "~/ui/LoadError";
import { ProblemBox } from "~/ui/ProblemBox";
import { ViewRow, nameError } from "./ViewRow";
import { isFiltered, sameFilter, type LogFilter } from "./filter";

interface Props {
  filter: LogFilter;
  onOpen: (filter: LogFilter) => void;
}

export function ViewsMenu({ filter, onOpen }: Props) {
  const [open, setOpen] = useState(false);
  const views = useQuery(viewsQuery);
  const present = isFiltered(filter) ? views.data?.find((view) => sameFilter(filterOf(view), filter)) : undefined;
  useKeys("Filter", [{ key: "v", does: "Saved views", run: () => setOpen(true) }]);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" shadow="md" width={340} trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          className="views-button"
          aria-expanded={open}
          leftSection={<Bookmark size={15} fill={present ? "currentColor" : "none"} />}
          rightSection={<ChevronDown size={14} />}
          onClick={() => setOpen(!open)}
        >
          <span className="clip views-name">{present ? present.name : "Views"}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown className="views">
        <h2 className="sr-only">Views</h2>
        <LoadError query={views} />
        {views.data?.length === 0 && (
          <p className="dim views-none">No views yet. A view keeps a filter under a name, for everybody here; it has a link of its own.</p>
        )}
        {views.data && views.data.length > 0 && (
          <ul className="views-list" aria-label="Views">
            {views.data.map((view) => (
              <ViewRow
                key={view.id}
                view={view}
                present={view === present}
                filter={filter}
                onOpen={() => {
                  setOpen(false);
                  onOpen(filterOf(view));
                }}
              />
            ))}
          </ul>
        )}
        <Keep filter={filter} taken={present?.name} onKept={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Keep({ filter, taken, onKept }: { filter: LogFilter; taken: string | undefined; onKept: () => void }) {
  const mayKeep = useMay("feedback");
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const keep = useMutation({
    mutationFn: () => createView(name.trim(), filter),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: viewsQuery.queryKey });
      onKept();
    },
  });
  if (!mayKeep) return null;
  if (!isFiltered(filter)) return <p className="dim views-foot">To keep a view, filter first.</p>;
  if (taken !== undefined) return <p className="dim views-foot">This filter is kept as “{taken}”.</p>;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "") keep.mutate();
  };
  const wrong = keep.isError ? nameError(keep.error) : undefined;
  return (
    <form className="views-keep" onSubmit={submit}>
      <TextInput label="Keep this filter as" placeholder="Slow and wrong" maxLength={100} value={name} error={wrong} onChange={(e) => (setName(e.currentTarget.value), keep.reset())} data-autofocus />
      <Button type="submit" loading={keep.isPending} disabled={name.trim() === ""}>
        Keep
      </Button>
      {keep.isError && wrong === undefined && <ProblemBox error={keep.error} />}
    </form>
  );
}
