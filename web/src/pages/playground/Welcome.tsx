// The empty Playground: what it is for, and something to begin with.
import { UnstyledButton } from "@mantine/core";

const BEGINNINGS = [
  "Explain why the sky is blue to a child of six.",
  "Write a friendly reply to a customer whose parcel is late.",
  "What is the capital of France, and since when?",
  "List three ways to make a meeting shorter.",
];

export function Welcome({ onPick, disabled }: { onPick: (text: string) => void; disabled: boolean }) {
  const pick = (text: string) => {
    onPick(text);
    document.querySelector<HTMLElement>(".composer textarea")?.focus();
  };
  return (
    <section className="welcome">
      <h2>Ask it something. Then judge the answer.</h2>
      <p>Every answer goes into the request log. A thumb under it is the first word on whether it was any good.</p>
      <div className="welcome-picks">
        {BEGINNINGS.map((text) => (
          <UnstyledButton key={text} className="welcome-pick" disabled={disabled} onClick={() => pick(text)}>
            {text}
          </UnstyledButton>
        ))}
      </div>
    </section>
  );
}
