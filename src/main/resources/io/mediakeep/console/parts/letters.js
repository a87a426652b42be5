/** The list of dead letters. */

import { address } from './address.js';
import { providerSelect } from './filters.js';
import { h } from './page.js';
import { acceptButton, cell, table, taskLink } from './pieces.js';
import { explain } from './reason.js';
import { state } from './state.js';
import { number, when } from './words.js';

export function deadLetters(items) {
  const reasons = Object.entries((state.summary && state.summary.deadLetters) || {}).sort((a, b) => b[1] - a[1]);
  const { reason, provider } = state.filters;
  if (reason && !reasons.some(([name]) => name === reason)) reasons.push([reason, 0]);
  return {
    nothing:
      reason || provider
        ? 'No dead letter matches.'
        : 'No dead letters. Every result that was copied is in the bucket.',
    controls:
      (reasons.length > 0 || provider) &&
      h(
        'div',
        { class: 'controls' },
        h(
          'ul',
          { class: 'reasons', 'aria-label': 'Reasons' },
          reasons.map(([name, n]) =>
            h(
              'li',
              { key: 'reason ' + name, class: name === reason ? 'chosen' : null },
              h(
                'a',
                {
                  href: address('dead-letters', { provider, reason: name === reason ? undefined : name }),
                  'aria-current': name === reason ? 'true' : null,
                  title: name === reason ? 'Show all reasons' : 'Show only this reason',
                },
                h('code', null, name),
                provider ? null : [' ', h('span', { class: 'count' }, number(n))],
              ),
              h(
                'button',
                {
                  class: 'quiet',
                  'data-action': 'replay-all',
                  'data-reason': name,
                  'aria-label': 'Replay all with reason ' + name,
                },
                'Replay all',
              ),
              explain(name),
            ),
          ),
        ),
        providerSelect(),
      ),
    table: table(
      'dead-letters',
      'Dead letters, newest first',
      ['Reason', 'What', 'Detail', 'Age', ''],
      items.map((item) => {
        const busy = state.replaying.has(String(item.id));
        return h(
          'tr',
          { role: 'row', key: 'letter ' + item.id },
          cell('Reason', { class: 'reason' }, h('code', null, item.reason)),
          cell(
            'What',
            { class: 'what' },
            h('div', { class: 'clip' }, item.taskId ? taskLink(item.provider, item.taskId) : 'Unread ' + item.kind),
            h(
              'div',
              { class: 'under' },
              [item.provider, item.taskId && item.kind, item.mediaKey].filter(Boolean).join(' · '),
            ),
          ),
          cell('Detail', { class: 'detail' }, item.detail || '–', ' ', acceptButton(item.provider, item.refusedHost)),
          cell('Age', { class: 'age' }, when(item.createdAt)),
          cell(
            '',
            { class: 'act' },
            h(
              'button',
              {
                'data-action': 'replay',
                'data-id': item.id,
                'aria-disabled': busy ? 'true' : null,
                'aria-label': 'Replay ' + [item.kind, item.taskId, item.mediaKey].filter(Boolean).join(' '),
              },
              busy ? 'Replaying…' : 'Replay',
            ),
          ),
        );
      }),
    ),
  };
}
