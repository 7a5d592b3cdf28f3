// What a version does, to read.
import { Link } from "@tanstack/react-router";
import type { DeploymentVersion, Variant } from "~/api/types";
import { percent } from "~/text/format";
import { Code, pretty } from "~/ui/Code";

export function VersionView({ version }: { version: DeploymentVersion }) {
  const total = version.variants.reduce((sum, variant) => sum + variant.weight, 0);
  return (
    <>
      {version.variants.map((variant) => (
        <VariantView key={variant.name} variant={variant} share={version.variants.length > 1 && total > 0 ? variant.weight / total : undefined} />
      ))}
      <p className="dim">
        {version.capture_logprobs ? "Asks the provider for token probabilities, for the logs." : "Does not ask the provider for token probabilities on its own."}
      </p>
    </>
  );
}

function VariantView({ variant, share }: { variant: Variant; share: number | undefined }) {
  const rules = Object.entries(variant.context);
  return (
    <section className="card card-pad" aria-label={`Variant ${variant.name}`}>
      <div className="variant-head">
        <h3>{variant.name}</h3>
        <code className="mono breaks">
          {variant.provider}/{variant.model}
        </code>
        {variant.weight === 0 && <span className="pill pill-warn">switched off</span>}
        {share !== undefined && variant.weight > 0 && (
          <span className="pill num" title={`Weight ${variant.weight}`}>
            {percent(share)} of calls
          </span>
        )}
        {rules.map(([name, values]) => (
          <span key={name} className="pill pill-accent">
            {name}: {values.join(", ") || "any"}
          </span>
        ))}
        <Link to="/logs" search={{ variant: variant.name, model: variant.model }} className="variant-logs">
          Logs
        </Link>
      </div>
      {variant.prompt.length === 0 ? (
        <p className="dim">No prompt of its own: the call's messages go to the model as they are.</p>
      ) : (
        <ol className="prompt">
          {variant.prompt.map(({ role, content }, i) => (
            <li key={i}>
              <span className="label">{role}</span>
              <div className="prompt-text" dir="auto">
                {typeof content === "string" ? content : pretty(content)}
              </div>
            </li>
          ))}
        </ol>
      )}
      {Object.keys(variant.parameters).length > 0 && (
        <div className="row" style={{ gap: 7 }}>
          {Object.entries(variant.parameters).map(([name, value]) => (
            <span key={name} className="pill mono">
              {name} {JSON.stringify(value)}
            </span>
          ))}
        </div>
      )}
      {variant.tools.length > 0 && (
        <details className="fold">
          <summary>Tools ({variant.tools.length})</summary>
          <Code code={pretty(variant.tools)} what="tools" colour wrap />
        </details>
      )}
    </section>
  );
}
