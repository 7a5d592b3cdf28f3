// `?` lists every key that works on this page.
import { Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Fragment } from "react";
import { printed, useKeyGroups, useKeys } from "./keys";

export function KeysOverlay() {
  const [open, { open: show, close }] = useDisclosure(false);
  const groups = useKeyGroups();
  useKeys("Everywhere", [{ key: "?", does: "Show the keys", run: show }]);
  const titles = [...new Set([...groups].reverse().map((group) => group.title))];
  // The page's own keys first, what works everywhere last.
  const shown = [...titles.filter((title) => title !== "Everywhere"), "Everywhere"].map((title) => ({
    title,
    keys: groups.filter((group) => group.title === title).flatMap((group) => group.keys.filter((key) => !key.hidden)),
  }));
  return (
    <Modal opened={open} onClose={close} title="Keys" size="lg">
      <div className="keys">
        {shown.filter((group) => group.keys.length > 0).map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.keys.map((binding) => (
                <Fragment key={binding.key}>
                  <dt>
                    {(binding.shownAs ?? printed(binding.key)).split(" ").map((part, i) =>
                      part === "…" ? (
                        <span key={i}>…</span>
                      ) : (
                        <kbd className="kbd" key={i}>
                          {part}
                        </kbd>
                      ),
                    )}
                  </dt>
                  <dd>{binding.does}</dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
