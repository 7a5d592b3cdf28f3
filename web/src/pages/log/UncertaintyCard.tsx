// How sure the model was of its own words.
import type { Uncertainty } from "~/api/types";
import { decimal, percent } from "~/text/format";
import { visible } from "~/text/token";
import { Fact } from "./LogHead";

export function UncertaintyCard({ uncertainty }: { uncertainty: Uncertainty }) {
  const { mean_logprob: mean, perplexity, min_logprob: least, min_token: token, tokens } = uncertainty;
  const typical = Math.exp(mean);
  return (
    <section className="card card-pad" aria-labelledby="uncertainty">
      <h2 className="card-title" id="uncertainty">
        Uncertainty
      </h2>
      <div className="sureness" role="img" aria-label={`Typical token probability ${percent(typical)}`}>
        <span style={{ width: `${Math.round(typical * 100)}%` }} />
      </div>
      <dl className="facts">
        <Fact name="Typical token">{percent(typical)}</Fact>
        <Fact name="Mean log-probability">{decimal(mean, 3)}</Fact>
        <Fact name="Perplexity">{decimal(perplexity, 2)}</Fact>
        <Fact name="Weakest token">
          <code className="mono token-name">{visible(token)}</code> {percent(Math.exp(least))}
        </Fact>
        <Fact name="Tokens">{tokens}</Fact>
      </dl>
    </section>
  );
}
