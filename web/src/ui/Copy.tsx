// A button that copies a text and says that it did.
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { Check, Copy as CopyIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { copyText } from "./copy";

interface Props {
  text: string;
  /** What is copied, e.g. `log id`. */
  what: string;
  /** A button with words instead of an icon alone. */
  words?: string;
  size?: "xs" | "sm";
}

export function Copy({ text, what, words, size = "sm" }: Props) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => void copyText(text).then(setCopied);
  const icon = copied ? <Check size={size === "xs" ? 13 : 15} /> : <CopyIcon size={size === "xs" ? 13 : 15} />;
  return (
    <>
      {words ? (
        <Button variant="default" size="xs" leftSection={icon} onClick={copy}>
          {copied ? "Copied" : words}
        </Button>
      ) : (
        <Tooltip label={copied ? "Copied" : `Copy ${what}`}>
          <ActionIcon size={size === "xs" ? 22 : 28} aria-label={`Copy ${what}`} onClick={copy}>
            {icon}
          </ActionIcon>
        </Tooltip>
      )}
      <span className="sr-only" role="status">
        {copied ? `Copied ${what}` : ""}
      </span>
    </>
  );
}
