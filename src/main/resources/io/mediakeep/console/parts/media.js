/** The list of media. */

import { taskAddress } from './address.js';
import { choice } from './filters.js';
import { flight } from './flight.js';
import { h } from './page.js';
import { acceptButton, cell, mark, table, urgency } from './pieces.js';
import { MEDIA_STATES, state, totals } from './state.js';
import { now, number, plural, size, when } from './words.js';

export function expiry(item) {
  if (item.state === 'stored') return h('span', { class: 'none' }, 'safe');
  if (!item.expiresAt) return h('span', { class: 'dim' }, 'unknown');
  const left = Date.parse(item.expiresAt) - now();
  return h('span', { class: urgency(left) }, left <= 0 ? 'died ' : '', when(item.expiresAt));
}

export function media(items) {
  const counts = totals(state.summary).media;
  return {
    nothing: state.filters.state ? 'No media is ' + state.filters.state + '.' : 'No media yet.',
    controls: h('div', { class: 'controls' }, choice('State', 'state', MEDIA_STATES, counts)),
    table: table(
      'media',
      'Media',
      ['Media', 'State', 'Source URL dies', 'Attempts', 'Object or reason'],
      items.map((item) =>
        h(
          'tr',
          { role: 'row', class: 'opens', key: 'media ' + [item.provider, item.taskId, item.key].join('/') },
          cell(
            'Media',
            { class: 'what' },
            h(
              'div',
              { class: 'clip' },
              h('a', { class: 'id', href: taskAddress(item.provider, item.taskId), title: item.key }, item.key),
            ),
            h(
              'div',
              { class: 'under clip', title: item.taskId },
              [item.provider, item.kind, item.taskId].filter(Boolean).join(' · '),
            ),
          ),
          cell('State', null, mark(item.state)),
          cell('Source URL dies', null, expiry(item)),
          cell(
            'Attempts',
            null,
            number(item.attempts),
            item.refreshes ? h('span', { class: 'dim' }, ', ' + plural(item.refreshes, 'refresh', 'refreshes')) : null,
            item.state === 'due' && item.dueAt
              ? h('div', { class: 'under' }, 'next ', Date.parse(item.dueAt) <= now() ? 'now' : when(item.dueAt))
              : null,
          ),
          cell(
            item.objectKey ? 'Object' : 'Reason',
            { class: 'detail' },
            item.objectKey
              ? [
                  h('code', { class: 'key' }, item.objectKey),
                  h('div', { class: 'under' }, [size(item.size), item.contentType].filter(Boolean).join(' · ')),
                ]
              : item.state === 'copying'
                ? flight(item.provider, item.taskId, item)
                : item.reason
                ? [
                    h('code', null, item.reason),
                    h('div', { class: 'under' }, item.detail || ''),
                    acceptButton(item.provider, item.refusedHost),
                  ]
                : h('span', { class: 'none' }, '–'),
          ),
        ),
      ),
    ),
  };
}
