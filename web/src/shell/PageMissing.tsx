// No page has this address.
import { Compass } from "lucide-react";
import { useTitle } from "~/ui/useTitle";
import { Empty } from "~/ui/Empty";
import { LinkButton } from "~/ui/LinkButton";

export function PageMissing() {
  useTitle("Not found");
  return (
    <main className="page page-narrow">
      <Empty
        art={<Compass size={44} strokeWidth={1.4} />}
        heading="h1"
        title="There is no page at this address"
        action={
          <LinkButton to="/" variant="default">
            Go to the Playground
          </LinkButton>
        }
      >
        The link may be old, or a letter is missing.
      </Empty>
    </main>
  );
}
