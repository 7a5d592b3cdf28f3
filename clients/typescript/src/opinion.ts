/** From what people think to feedback as it is on the wire. */

import type { FeedbackValue, NewFeedback } from './types.js';

/** A feedback as the server takes it. */
export type WireFeedback = Omit<NewFeedback, 'thumbs' | 'score' | 'name'> & { name: string };

interface Named {
  name: string;
  value?: FeedbackValue;
}

/**
 * The feedbacks that one opinion stands for.
 *
 * `thumbs`, `score` and `name` with `value` are a feedback each; comment and correction go with
 * the first. A correction or a comment alone is a feedback on the metric of that name.
 */
export function wireFeedback(opinion: NewFeedback): WireFeedback[] {
  const { thumbs, score, name, value, comment, correction, ...about } = opinion;
  const named: Named[] = [];
  if (thumbs !== undefined) named.push({ name: 'thumbs', value: thumbs });
  if (score !== undefined) named.push({ name: 'score', value: score });
  if (name !== undefined) named.push(value === undefined ? { name } : { name, value });
  else if (value !== undefined)
    throw new TypeError('a value needs the name of its metric: pass name, too');
  const told: { comment?: string; correction?: string } = {};
  if (comment !== undefined) told.comment = comment;
  if (correction !== undefined) told.correction = correction;
  if (named.length === 0) {
    const alone = correction === undefined ? 'comment' : 'correction';
    const text = told[alone];
    if (text === undefined)
      throw new TypeError('pass thumbs, score, name and value, a correction, or a comment');
    named.push({ name: alone, value: text });
    delete told[alone];
  }
  return named.map((one, i) => ({ ...about, ...one, ...(i === 0 ? told : {}) }));
}
