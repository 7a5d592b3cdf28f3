// The answer token by token, shaded by how probable each was; hover, tap or arrow keys tell more.
import { useMemo, useRef, useState, type KeyboardEvent, type SyntheticEvent } from "react";
import type { TokenLogprob } from "~/api/types";
import { percent } from "~/text/format";
import { STEPS, shadeTokens, visible, type ShadedToken } from "~/text/token";

export function TokenView({ tokens }: { tokens: TokenLogprob[] }) {
  const shaded = useMemo(() => shadeTokens(tokens), [tokens]);
  const [at, setAt] = useState<number>();
  const box = useRef<HTMLDivElement>(null);
  const point = (event: SyntheticEvent) => {
    const index = (event.target as HTMLElement).dataset.at;
    if (index !== undefined) setAt(Number(index));
  };
  const walk = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 10, ArrowUp: -10 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    setAt((now) => Math.min(shaded.length - 1, Math.max(0, (now ?? -1) + by)));
  };
  const chosen = at === undefined ? undefined : shaded[at];
  return (
    <div className="tokens">
      <Legend />
      {/* One stop for the keyboard; the arrows walk inside. */}
      <div
        ref={box}
        className="tokens-text"
        tabIndex={0}
        role="application"
        aria-label="Answer by token; arrow keys walk from token to token"
        onMouseOver={point}
        onClick={point}
        onKeyDown={walk}
        onFocus={() => setAt((now) => now ?? weakest(shaded))}
      >
        {shaded.map((token, i) => (
          <span key={i} data-at={i} className={i === at ? `token token-${token.step} token-at` : `token token-${token.step}`}>
            {token.text}
          </span>
        ))}
      </div>
      <div className="tokens-detail" role="status">
        {chosen ? <Detail token={chosen} /> : <span className="dim">Point at a token to see how sure the model was, and what else it considered.</span>}
      </div>
    </div>
  );
}

function weakest(tokens: ShadedToken[]): number {
  return tokens.reduce((least, token, i) => ((token.probability ?? 1) < (tokens[least]?.probability ?? 1) ? i : least), 0);
}

function Detail({ token }: { token: ShadedToken }) {
  const others = token.alternatives.filter((other) => other.token !== token.text).slice(0, 5);
  return (
    <div className="row" style={{ gap: "6px 14px" }}>
      <span>
        <code className="mono token-name">{visible(token.text)}</code>{" "}
        <strong className="num">{token.probability === undefined ? "unknown" : share(token.probability)}</strong>
      </span>
      {others.length > 0 && <span className="dim">instead of</span>}
      {others.map((other) => (
        <span key={other.token}>
          <code className="mono token-name">{visible(other.token)}</code> <span className="num dim">{share(Math.exp(other.logprob))}</span>
        </span>
      ))}
    </div>
  );
}

const share = (p: number): string => (p >= 0.1 ? percent(p) : `${(p * 100).toPrecision(2)} %`);

function Legend() {
  const names = ["≥ 90 %", ...STEPS.slice(1).map((least) => `≥ ${Math.round(least * 100)} %`), "< 10 %"];
  return (
    <div className="tokens-legend" aria-label="Shading by probability">
      {names.map((name, i) => (
        <span key={name} className={`token token-${i}`}>
          {name}
        </span>
      ))}
    </div>
  );
}
