// How much waits for the person who is signed in, beside the room's name.
import { useMine } from "~/api/review/mine";
import { compact } from "~/text/format";

export function RoomBadge() {
  const { left } = useMine();
  if (!left) return null;
  return (
    <span className="rail-badge num" title={`${left} wait for you`}>
      {compact(left)}
      <span className="sr-only"> wait for you</span>
    </span>
  );
}
