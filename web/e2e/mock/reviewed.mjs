// The mock's numbers about reviewers: percent agreement and Cohen's kappa, counted plainly. The server knows more.
import { counted, row } from "./engine.mjs";

const text = JSON.stringify;

export function reviewersOf(state, queue) {
  const { review } = state;
  const people = state.users.filter((u) => u.role !== "viewer" && (queue.people.length === 0 || queue.people.includes(u.id)));
  return people.map((user) => {
    const mine = review.reviews.filter((r) => r.queue === queue.id && r.user === user.id && r.state === "counts" && !review.tasks.find((t) => t.id === r.task).gold);
    const done = mine.flatMap((r) => {
      const { complete } = review.tasks.find((t) => t.id === r.task);
      return complete ? [[r.answers, complete.answers]] : [];
    });
    const said = row(review, queue, user.id);
    const times = mine.map((r) => r.active_ms / 1000).sort((a, b) => a - b);
    return {
      user: user.id, name: user.name, state: said.state, reason: said.reason, until: said.until, done: mine.length, active_ms: 0, pace_s: times[Math.floor(times.length / 2)] ?? null, skips: said.skips, escalations: said.escalations,
      rejected: review.reviews.filter((r) => r.queue === queue.id && r.user === user.id && r.state === "rejected").length, compared: done.length, agreed: done.filter(([own, all]) => text(own) === text(all)).length,
      gold_done: said.gold.length, gold_right: said.gold.filter(Boolean).length, suggested: said.followed + said.overturned, followed: said.followed, last_at: mine.at(-1)?.created_at ?? null,
    };
  });
}

export function reportOf({ review }, queue, user) {
  const done = review.reviews.filter((r) => r.queue === queue.id && r.user === user && r.state === "counts").flatMap((r) => {
    const { complete } = review.tasks.find((t) => t.id === r.task);
    return complete ? [[r.answers, complete.answers]] : [];
  });
  const first = queue.rubric.questions.find((q) => ["thumbs", "yes_no", "category"].includes(q.type));
  if (!first) return {};
  const labels = first.options?.map((o) => o.key) ?? ["false", "true"];
  const counts = labels.map((a) => labels.map((b) => done.filter(([own, all]) => String(own[first.key]) === a && String(all[first.key]) === b).length));
  return { [first.key]: { labels, counts } };
}

export function agreementOf(state, queue) {
  const { review } = state;
  const tasks = review.tasks.filter((t) => t.queue_id === queue.id).map((t) => counted(review, t)).filter((all) => all.length > 1);
  const users = state.users.filter((u) => tasks.some((all) => all.some((r) => r.user === u.id))).map(({ id, name }) => ({ id, name }));
  const questions = queue.rubric.questions.map((question) => {
    const said = tasks.map((all) => Object.fromEntries(all.filter((r) => r.answers[question.key] !== undefined).map((r) => [r.user, text(r.answers[question.key])]))).filter((of) => Object.keys(of).length > 1);
    const pairs = users.flatMap((a, i) => users.slice(i + 1).map((b) => ({ a: a.id, b: b.id, ...pairOf(said.flatMap((of) => (of[a.id] !== undefined && of[b.id] !== undefined ? [[of[a.id], of[b.id]]] : []))) })));
    const all = pairs.reduce((n, p) => n + p.tasks, 0);
    const percent = all ? pairs.reduce((n, p) => n + (p.percent ?? 0) * p.tasks, 0) / all : null;
    const kappa = all ? pairs.reduce((n, p) => n + (p.kappa ?? 0) * p.tasks, 0) / all : null;
    const one = (name, value, why) => ({ name, value, low: value === null ? null : Math.max(-1, value - 0.2), high: value === null ? null : Math.min(1, value + 0.15), why: value === null ? (why ?? "No task has two reviews yet.") : null });
    return { question: question.key, type: question.type, tasks: said.length, coefficients: [one("percent", percent), one("cohen_kappa", users.length === 2 ? kappa : null, "It is for two reviewers."), one("krippendorff_alpha", kappa)], pairs, over_time: said.length ? [{ day: new Date().toISOString().slice(0, 10), tasks: said.length, value: percent, alpha: kappa, low: null, high: null }] : [] };
  });
  return { users, questions };
}

function pairOf(both) {
  const n = both.length;
  if (n === 0) return { tasks: 0, percent: null, kappa: null };
  const percent = both.filter(([a, b]) => a === b).length / n;
  const labels = [...new Set(both.flat())];
  const chance = labels.reduce((sum, label) => sum + (both.filter(([a]) => a === label).length / n) * (both.filter(([, b]) => b === label).length / n), 0);
  return { tasks: n, percent, kappa: chance === 1 ? null : (percent - chance) / (1 - chance) };
}

/** One week of work; the server compares it with what was before. */
export function workOf({ review }, queue, user) {
  const done = review.reviews.filter((r) => r.queue === queue.id && r.user === user && r.state === "counts");
  const week = { day: "2026-11-16T00:00:00Z", reviews: done.length, pace_s: 4, compared: 0, agreed: 0, gold_done: 0, gold_right: 0 };
  return { weeks: done.length ? [week] : [], drift: { says: "Too little work to compare: it takes 20 tasks of late and as many before.", measures: [] } };
}

/** Shares of the votes: what the server calls majority. */
export function consensusOf(state, queue, query) {
  const { review } = state;
  const key = query.get("question") ?? queue.rubric.questions[0].key;
  const tasks = review.tasks.filter((t) => t.queue_id === queue.id).map((t) => ({ t, said: counted(review, t).filter((r) => r.answers[key] !== undefined) })).filter(({ said }) => said.length);
  const items = tasks.map(({ t, said }) => {
    const posterior = {};
    for (const r of said) posterior[text(r.answers[key])] = (posterior[text(r.answers[key])] ?? 0) + 1 / said.length;
    const [best, other] = Object.entries(posterior).sort(([, a], [, b]) => b - a);
    const answer = other && other[1] === best[1] ? null : best[0];
    return { task: t.id, answer, value: answer === null ? null : said.find((r) => text(r.answers[key]) === answer).answers[key], posterior, deviation: null, contributions: said.map((r) => ({ user: r.user, answer: text(r.answers[key]), quality: null })) };
  });
  const users = state.users.filter((u) => tasks.some(({ said }) => said.some((r) => r.user === u.id)));
  const reviewers = users.map(({ id, name }) => ({ id, name, answers: tasks.filter(({ said }) => said.some((r) => r.user === id)).length, quality: 0.9, bias: null }));
  return { question: key, method: query.get("method") ?? queue.consensus.method, scale: "median", spans: null, items, reviewers, next_cursor: null };
}
