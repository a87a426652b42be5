/** Parts that several lists share. */

import { taskAddress } from './address.js';
import { h } from './page.js';
import { MEDIA_STATES, NEAR } from './state.js';
import { number, sum } from './words.js';

export const urgency = (left) => (left <= 0 ? 'bad' : left < NEAR ? 'warn' : '');

export function table(kind, caption, heads, rows) {
  return h(
    'table',
    { class: 'list ' + kind, role: 'table', key: 'table ' + kind },
    h('caption', { class: 'unseen' }, caption),
    h(
      'thead',
      { role: 'rowgroup' },
      h(
        'tr',
        { role: 'row' },
        heads.map((head) =>
          h('th', { scope: 'col', role: 'columnheader' }, head || h('span', { class: 'unseen' }, 'Action')),
        ),
      ),
    ),
    h('tbody', { role: 'rowgroup' }, rows),
  );
}

export function cell(label, attributes, ...children) {
  return h('td', { role: 'cell', 'data-label': label, ...attributes }, ...children);
}

export function mark(word) {
  return h('span', { class: 'mark-word ' + word }, h('i', { class: 'dot fill ' + word, 'aria-hidden': 'true' }), word);
}

export function taskLink(provider, taskId) {
  return h('a', { class: 'id', href: taskAddress(provider, taskId), title: taskId }, taskId);
}

export function acceptButton(provider, host) {
  if (!host) return null;
  return h(
    'button',
    { class: 'quiet', 'data-action': 'accept-host', 'data-provider': provider, 'data-host': host },
    'Accept ' + host,
  );
}

export function beads(media) {
  const all = sum(media);
  if (!all) return h('span', { class: 'none' }, '–');
  const shown = all <= 8 ? MEDIA_STATES.flatMap((key) => Array(media[key] || 0).fill(key)) : [];
  const words = ['stored', 'copying', 'due', 'dead']
    .filter((key) => media[key])
    .map((key) => number(media[key]) + ' ' + key)
    .join(', ');
  return h(
    'div',
    { class: 'beads', title: words },
    shown.length > 0 &&
      h(
        'span',
        { class: 'row', 'aria-hidden': 'true' },
        shown.reverse().map((key) => h('i', { class: 'dot fill ' + key })),
      ),
    h('span', { class: 'dim' }, media.stored === all ? (all > 8 ? number(all) + ' stored' : 'stored') : words),
  );
}
