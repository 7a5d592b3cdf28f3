// The outline of a page while its code or data is on the way.
import { Skeleton } from "@mantine/core";

export function PagePending() {
  return (
    <div className="page" aria-busy="true" aria-label="Loading">
      <Skeleton height={30} width={220} mb={12} />
      <Skeleton height={16} width={380} maw="80%" mb={30} />
      <Skeleton height={220} radius="lg" mb={16} />
      <Skeleton height={140} radius="lg" />
    </div>
  );
}
