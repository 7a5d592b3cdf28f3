// What models cost, in US dollars for a million tokens; edited in place.
import { ActionIcon, Autocomplete, Button, NumberInput, Skeleton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useEffect, useState, type FormEvent } from "react";
import { deletePrice, pricesQuery, putPrice } from "~/api/price";
import { asProblem } from "~/api/problem";
import { modelsQuery, providersQuery } from "~/api/provider";
import { useMay } from "~/api/session";
import type { Price } from "~/api/types";
import { Confirm } from "~/ui/Confirm";
import { LoadError } from "~/ui/LoadError";
import { ProblemBox } from "~/ui/ProblemBox";
import { microsOf, usdOf } from "./money";

export function PriceSettings() {
  const prices = useQuery(pricesQuery);
  const mayEdit = useMay("admin");
  return (
    <div className="stack">
      <LoadError query={prices} />
      <div className="card table-wrap">
        {prices.isPending && <Skeleton height={200} />}
        <table className="table table-cards prices" aria-label="Prices in US dollars for a million tokens">
          <thead>
            <tr>
              <th>Model</th>
              <th>Input, $ / M tokens</th>
              <th>Output, $ / M tokens</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {prices.data?.map((price) => (
              <PriceRow key={`${price.provider}/${price.model}`} price={price} mayEdit={mayEdit} />
            ))}
            {prices.data?.length === 0 && (
              <tr>
                <td colSpan={4} className="dim">
                  No prices yet: costs stay unknown until a model has one.
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      {mayEdit && <NewPrice />}
    </div>
  );
}

function useSavePrice(onDone?: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: putPrice,
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["prices"] });
      onDone?.();
    },
  });
}

function PriceRow({ price, mayEdit }: { price: Price; mayEdit: boolean }) {
  const queries = useQueryClient();
  const [input, setInput] = useState<number | string>(usdOf(price.input_usd_micros_per_mtok));
  const [output, setOutput] = useState<number | string>(usdOf(price.output_usd_micros_per_mtok));
  useEffect(() => {
    setInput(usdOf(price.input_usd_micros_per_mtok));
    setOutput(usdOf(price.output_usd_micros_per_mtok));
  }, [price]);
  const save = useSavePrice();
  const remove = useMutation({ mutationFn: () => deletePrice(price), onSuccess: () => queries.invalidateQueries({ queryKey: ["prices"] }) });
  const next = { ...price, input_usd_micros_per_mtok: microsOf(input), output_usd_micros_per_mtok: microsOf(output) };
  const dirty = next.input_usd_micros_per_mtok !== price.input_usd_micros_per_mtok || next.output_usd_micros_per_mtok !== price.output_usd_micros_per_mtok;
  const name = `${price.provider}/${price.model}`;
  const field = (what: string, value: number | string, set: (value: number | string) => void) => (
    <NumberInput aria-label={`${what} price of ${name}`} size="xs" min={0} decimalScale={6} hideControls prefix="$" disabled={!mayEdit} value={value} onChange={set} />
  );
  return (
    <tr>
      <td>
        <code className="mono">{name}</code>
        {(save.isError || remove.isError) && <ProblemBox error={save.error ?? remove.error} />}
      </td>
      <td>{field("Input", input, setInput)}</td>
      <td>{field("Output", output, setOutput)}</td>
      <td className="right">
        {mayEdit && (
          <span className="row" style={{ justifyContent: "flex-end", flexWrap: "nowrap", gap: 4 }}>
            <Button size="compact-sm" disabled={!dirty} loading={save.isPending} onClick={() => save.mutate(next)}>
              Save
            </Button>
            <Confirm question={`Forget the price of ${name}? New calls will have no cost.`} confirm="Forget" onConfirm={() => remove.mutate()}>
              Remove
            </Confirm>
          </span>
        )}
      </td>
    </tr>
  );
}

function NewPrice() {
  const providers = useQuery(providersQuery).data ?? [];
  const models = useQuery(modelsQuery).data ?? [];
  const [provider, setProvider] = useState("");
  const [model, setModel] = useState("");
  const [input, setInput] = useState<number | string>("");
  const [output, setOutput] = useState<number | string>("");
  const save = useSavePrice(() => {
    setModel("");
    setInput("");
    setOutput("");
  });
  const problem = save.isError ? asProblem(save.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ provider: provider.trim(), model: model.trim(), input_usd_micros_per_mtok: microsOf(input), output_usd_micros_per_mtok: microsOf(output) });
  };
  return (
    <form className="card card-pad new-price" onSubmit={submit} aria-label="Add a price">
      <Autocomplete label="Provider" required data={providers.map((p) => p.name)} value={provider} error={problem?.at("/provider")} onChange={setProvider} />
      <Autocomplete label="Model" required data={[...new Set(models.filter((m) => !provider || m.provider === provider).map((m) => m.model))]} value={model} error={problem?.at("/model")} onChange={setModel} />
      <NumberInput label="Input, $" min={0} decimalScale={6} hideControls required value={input} error={problem?.at("/input_usd_micros_per_mtok")} onChange={setInput} />
      <NumberInput label="Output, $" min={0} decimalScale={6} hideControls required value={output} error={problem?.at("/output_usd_micros_per_mtok")} onChange={setOutput} />
      <ActionIcon type="submit" size={36} variant="filled" color="pine" aria-label="Add the price" loading={save.isPending}>
        <Plus size={17} />
      </ActionIcon>
      {problem && <ProblemBox error={problem} shown={["/provider", "/model"]} />}
    </form>
  );
}
