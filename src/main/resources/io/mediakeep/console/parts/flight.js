/** How far a copy that runs has come: bytes, rate and a bar. */

import { h } from './page.js';
import { now, number, size } from './words.js';

const seen = new Map(); // of each copy: { copied, at, rate } of the look before, and the rate since then

export function flight(provider, taskId, item) {
  const attempt = 'attempt ' + number(item.attempts);
  if (!item.copied) return attempt;
  const rate = rateOf(JSON.stringify([provider, taskId, item.key]), item.copied);
  const parts = [
    size(item.copied) + (item.announced ? ' of ' + size(item.announced) : ''),
    rate ? size(rate) + '/s' : null,
    item.attempts > 1 ? attempt : null,
  ];
  return h(
    'span',
    { class: 'flight' },
    item.announced &&
      h('progress', { max: item.announced, value: item.copied, 'aria-label': 'Copied of ' + item.key }),
    h('span', null, parts.filter(Boolean).join(', ')),
  );
}

function rateOf(key, copied) {
  const at = now();
  const before = seen.get(key);
  if (!before || copied < before.copied) seen.set(key, { copied, at, rate: null });
  else if (copied > before.copied) seen.set(key, { copied, at, rate: ((copied - before.copied) * 1000) / Math.max(1, at - before.at) });
  return seen.get(key).rate;
}
