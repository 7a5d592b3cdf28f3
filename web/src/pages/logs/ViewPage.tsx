// The link of a saved view: opens the list of logs with the filter that the view has now.
import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Navigate, useParams } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import { filterOf, viewsQuery } from "~/api/view";
import { Empty } from "~/ui/Empty";
import { LinkButton } from "~/ui/LinkButton";
import { LoadError } from "~/ui/LoadError";
import { useTitle } from "~/ui/useTitle";

export function ViewPage() {
  const { id } = useParams({ from: "/app/views/$id" });
  const views = useQuery({ ...viewsQuery, staleTime: 0 });
  useTitle("View");
  const view = views.data?.find((other) => other.id === id);
  // An older list may not have it yet.
  if (view && !views.isFetching) return <Navigate to="/logs" search={filterOf(view)} replace />;
  return (
    <div className="page page-narrow">
      <LoadError query={views} />
      {views.isFetching && <Skeleton height={120} radius="lg" aria-label="Loading the view" />}
      {views.isSuccess && !views.isFetching && !view && (
        <div className="card">
          <Empty heading="h1" art={<SearchX size={40} strokeWidth={1.4} />} title="There is no such view" action={<LinkButton to="/logs">All logs</LinkButton>}>
            It may have been deleted. The logs are still there.
          </Empty>
        </div>
      )}
    </div>
  );
}
