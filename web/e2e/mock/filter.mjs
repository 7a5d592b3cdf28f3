// The filter language as far as the browser tests speak it: enough to see lists, errors and completions.
import { tallyOf } from "./data.mjs";

const FIELDS = {
  model: "the model's name at the provider, e.g. model:gpt-4o*", deployment: "the deployment's key, e.g. deployment:assistant", variant: "the variant, e.g. variant:(a, b)",
  status: "how far the call came, e.g. status:failed", thumbs: "thumbs that count, e.g. thumbs:down", score: "the score that counts, 0 to 100, e.g. score:40..60",
  latency: "to the last byte, ms or with a unit, e.g. latency>2s", user: "the application's user, e.g. user:ann", has: "what a log may have, e.g. has:correction", text: 'words in the input or output, e.g. text:"group commit"',
};
const SIGNS = [[">", "more than"], [">=", "at least"], ["<", "less than"], ["<=", "at most"], [":", "exactly, or a range a..b"]];
const AMOUNTS = { score: SIGNS, latency: SIGNS };
const KNOWN = { status: ["configured", "completed", "failed", "cancelled"], thumbs: ["up", "down"], has: ["feedback", "correction", "score"], score: ["50", "80"], latency: ["500ms", "1s", "2s"] };
const NAMES = { model: "model", deployment: "deployment", variant: "variant", user: "user_id" };

/** A log's test, or `{at, message}` where the text is no filter. */
export function parse(text) {
  const terms = [...text.matchAll(/"([^"]*)"|(-?\w+)(:|>=|<=|>|<)("[^"]*"|[^\s"]*)|\S+/g)];
  const wrong = (at, message) => ({ at, message });
  const groups = [[]];
  let negate = false;
  for (const term of terms) {
    const [whole, quoted, name, operator, raw] = term;
    if (whole === "or") groups.push([]);
    else if (whole === "not") negate = true;
    else if (whole !== "and") {
      if (whole.startsWith('"') && quoted === undefined) return wrong(term.index + 1, "this text has no closing quote");
      const field = name?.replace(/^-/, "");
      const at = term.index + 1;
      if (field && !FIELDS[field]) return wrong(at, `there is no field ${field}: did you mean ${field.slice(0, 3) === "mod" ? "model:gpt-4o*" : "text"}?`);
      const value = raw?.replace(/^"|"$/g, "");
      const place = at + (name?.length ?? 0) + (operator?.length ?? 0);
      if (field && value === "") return wrong(place, `a value is missing after ${field}: ${FIELDS[field].split("e.g. ")[1]}`);
      if (field === "score" && !/^-?\d+(\.\d+)?$/.test(value)) return wrong(place, `score takes a number or a range such as 40..60, not ${value}`);
      const test = field && field !== "text" ? (log) => fits(log, field, operator, value) : (log) => has(log, value ?? quoted ?? whole);
      const not = negate || name?.startsWith("-");
      negate = false;
      groups.at(-1).push(not ? (log) => !test(log) : test);
    }
  }
  return { test: (log) => groups.some((group) => group.every((test) => test(log))) };
}

const has = (log, words) => JSON.stringify([log.messages, log.choices]).toLowerCase().includes(words.toLowerCase());

function fits(log, field, operator, value) {
  const tally = tallyOf(log);
  if (field === "status") return log.status === value;
  if (field === "thumbs") return value === "up" ? tally.thumbs_up > 0 : tally.thumbs_down > 0;
  if (field === "has") return value === "score" ? tally.score !== null : value === "correction" ? tally.has_correction : tally.count > 0;
  if (field === "score") return tally.score !== null && { ":": tally.score === +value, ">": tally.score > +value, "<": tally.score < +value, ">=": tally.score >= +value, "<=": tally.score <= +value }[operator];
  if (field === "latency") return log.performance.latency > parseFloat(value) * (/ms$|\d$/.test(value) ? 1 : 1000);
  const name = log[NAMES[field]] ?? "";
  return value.endsWith("*") ? name.startsWith(value.slice(0, -1)) : name === value;
}

export function complete(state, text, cursor) {
  const typed = [...text].slice(0, cursor).join("");
  const [, name, operator, begun] = /(?:^|[\s(-])(?:(\w+)(:|>=|<=|>|<))?("[^"]*|[^\s"():<>]*)$/.exec(typed) ?? [];
  const end = [...typed].length;
  const at = end - [...(begun ?? "")].length;
  if (name) {
    const values = KNOWN[name] ?? [...new Set(state.logs.map((log) => log[NAMES[name]]).filter(Boolean))];
    const written = (value) => (/[\s"():]/.test(value) ? `"${value}"` : value);
    const word = begun.replace(/^"/, "").toLowerCase();
    return { at, end, suggestions: values.filter((value) => value.toLowerCase().includes(word)).slice(0, 20).map((value) => ({ insert: written(value), about: "" })) };
  }
  const operators = (AMOUNTS[begun] ?? []).map(([sign, about]) => ({ insert: begun + sign, about }));
  const fields = Object.entries(FIELDS).filter(([field]) => begun !== undefined && field.startsWith(begun) && !(AMOUNTS[field] && field === begun));
  return { at, end, suggestions: [...operators, ...fields.map(([field, about]) => ({ insert: AMOUNTS[field] ? field : `${field}:`, about }))] };
}
