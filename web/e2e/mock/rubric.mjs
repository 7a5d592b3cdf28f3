// The mock's checks of rubrics and answers; no more than the screens need to show what is wrong.
const given = (rubric, answers, { when }) => {
  if (!when) return true;
  const value = answers[when.question];
  return value !== undefined && given(rubric, answers, rubric.questions.find((q) => q.key === when.question) ?? {}) && when.is.some((is) => JSON.stringify(is) === JSON.stringify(value) || (Array.isArray(value) && value.includes(is)));
};

export function checkRubric({ questions }) {
  if (questions.length === 0) return [{ pointer: "/rubric/questions", detail: "expected at least one question" }];
  const keys = questions.map((q) => q.key);
  return questions.flatMap((q, i) => {
    const at = `/rubric/questions/${i}`;
    const options = q.options ?? q.labels;
    return [
      ...(!/^[a-z0-9_]+$/.test(q.key) ? [{ pointer: `${at}/key`, detail: "expected lower-case letters, digits and _" }] : keys.indexOf(q.key) < i ? [{ pointer: `${at}/key`, detail: "this key is used already" }] : []),
      ...(!q.title?.trim() ? [{ pointer: `${at}/title`, detail: "expected a title" }] : []),
      ...(Array.isArray(options) && options.length === 0 ? [{ pointer: `${at}/${q.options ? "options" : "labels"}`, detail: "expected at least one" }] : []),
      ...(q.when && !keys.slice(0, i).includes(q.when.question) ? [{ pointer: `${at}/when`, detail: "expected an earlier question" }] : []),
    ];
  });
}

export function wrongIn(rubric, answers, item) {
  const wrong = Object.keys(answers).filter((key) => !rubric.questions.some((q) => q.key === key)).map((key) => ({ pointer: `/answers/${key}`, detail: "there is no such question" }));
  for (const q of rubric.questions) {
    const pointer = `/answers/${q.key}`;
    const value = answers[q.key];
    if (!given(rubric, answers, q)) {
      if (value !== undefined) wrong.push({ pointer, detail: "this question is not asked after these answers" });
    } else if (value === undefined) {
      if (q.required) wrong.push({ pointer, detail: "expected an answer" });
    } else {
      const detail = unfit(q, value, item);
      if (detail) wrong.push({ pointer, detail });
    }
  }
  return wrong;
}

function unfit(q, value, item) {
  const keys = (q.options ?? (Array.isArray(q.labels) ? q.labels : [])).map((o) => o.key);
  switch (q.type) {
    case "thumbs":
    case "yes_no":
      return typeof value !== "boolean" && "expected true or false";
    case "checklist":
      return keys.some((key) => typeof value[key] !== "boolean") && "expected every option";
    case "rating":
      return !(Number.isInteger(value) && value >= q.min && value <= q.max) && `expected a whole number from ${q.min} to ${q.max}`;
    case "category":
      return !keys.includes(value) && "expected one of the options";
    case "multi_category":
      return (!Array.isArray(value) || value.some((key) => !keys.includes(key)) || JSON.stringify(value) !== JSON.stringify(keys.filter((key) => value.includes(key)))) && "expected options, in their order";
    case "number":
      return (typeof value !== "number" || value < (q.min ?? -Infinity) || value > (q.max ?? Infinity)) && "expected a number in the range";
    case "text":
    case "correction":
      return typeof value !== "string" && "expected text";
    case "spans":
      return (!Array.isArray(value) || value.some((s) => !(s.start < s.end) || !keys.includes(s.label))) && "expected spans with labels";
    case "preference":
      return !["a", "b", ...(q.tie ? ["tie"] : [])].includes(value?.choice) && "expected a, b or tie";
    case "ranking":
      return [...value.flat()].sort((a, b) => a - b).join() !== item.responses.map((_, i) => i).join() && "expected every response once";
    default:
      return "unknown type";
  }
}
