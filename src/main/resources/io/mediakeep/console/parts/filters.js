/** What narrows a list. */

import { address } from './address.js';
import { h } from './page.js';
import { state } from './state.js';
import { number } from './words.js';

export function choice(label, name, values, counts) {
  const chosen = state.filters[name];
  const one = (value, text, count) =>
    h(
      'a',
      {
        href: address(state.view, { ...state.filters, [name]: value }),
        'aria-current': chosen === value || (!chosen && !value) ? 'true' : null,
      },
      text,
      count === undefined ? null : [' ', h('span', { class: 'count' }, number(count))],
    );
  return h(
    'div',
    { class: 'choice', role: 'group', 'aria-label': label },
    one(undefined, 'all'),
    values.map((value) => one(value, value, counts[value])),
  );
}

export function providerSelect() {
  const names = Object.keys((state.summary && state.summary.providers) || {});
  const chosen = state.filters.provider || '';
  if (chosen && !names.includes(chosen)) names.push(chosen);
  return h(
    'label',
    { class: 'pick' },
    h('span', null, 'Provider'),
    h(
      'select',
      { 'data-action': 'provider' },
      h('option', { value: '', selected: !chosen }, 'all'),
      names.map((name) => h('option', { value: name, selected: name === chosen }, name)),
    ),
  );
}
