// The foot of a form about a version: saving, leaving, and what was kept from an earlier look.
import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { useMay } from "~/api/session";
import { Confirm } from "~/ui/Confirm";
import type { Kept } from "~/ui/useKept";

interface Props {
  kept: Pick<Kept<unknown>, "dirty" | "forget">;
  save: string;
  saving: boolean;
  onLeave: () => void;
  children?: ReactNode;
}

export function EditorFoot({ kept, save, saving, onLeave, children }: Props) {
  const mayEdit = useMay("admin");
  const leave = () => {
    kept.forget();
    onLeave();
  };
  return (
    <div className="row">
      <Button type="submit" loading={saving} disabled={!mayEdit}>
        {save}
      </Button>
      {kept.dirty ? (
        <Confirm question="Throw away what you wrote? To keep it, just go to another page: it will be here." confirm="Throw away" onConfirm={leave} color="gray" className="" size="sm">
          Cancel
        </Confirm>
      ) : (
        <Button variant="subtle" color="gray" onClick={leave}>
          Cancel
        </Button>
      )}
      {children}
      {!mayEdit && <span className="dim">Only an admin can change deployments.</span>}
    </div>
  );
}

/** Says that what is in the form was typed before. */
export function CameBack({ kept }: { kept: Pick<Kept<unknown>, "cameBack" | "forget"> }) {
  if (!kept.cameBack) return null;
  return (
    <p className="came-back" role="status">
      <span className="grow">What you wrote here before is back. It is kept in this browser only.</span>
      <Button size="compact-xs" variant="subtle" color="gray" onClick={kept.forget}>
        Discard
      </Button>
    </p>
  );
}
