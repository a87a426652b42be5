/** The list below the cards, with its tabs, filters and pages. */

import { address } from './address.js';
import { listPath } from './api.js';
import { gallery } from './gallery.js';
import { deadLetters } from './letters.js';
import { media } from './media.js';
import { $, h, show } from './page.js';
import { VIEWS, state, totals } from './state.js';
import { tasks } from './tasks.js';
import { number, sum } from './words.js';

export function renderViews() {
  const total = totals(state.summary);
  const counts = {
    results: total.media.stored,
    'dead-letters': sum(state.summary && state.summary.deadLetters),
    tasks: total.tasks.any,
    media: total.media.any,
  };
  show(
    $('views'),
    Object.entries(VIEWS).map(([view, label]) =>
      h(
        'a',
        { href: address(view), 'aria-current': view === state.view ? 'page' : null },
        label,
        ' ',
        state.summary &&
          h('span', { class: 'count' + (view === 'dead-letters' && counts[view] ? ' bad' : '') }, number(counts[view])),
      ),
    ),
  );
}

export function renderContent() {
  const content = $('content');
  if (!state.view) {
    show(content);
    return;
  }
  const current = state.list && state.list.of === listPath();
  const list = state.list && (current || state.list.view === state.view) ? state.list : null;
  content.classList.toggle('loading', !current);
  const had = content.contains(document.activeElement) ? document.activeElement : null;
  const row = had && had.closest('tr, .tile');
  const index = row ? [...row.parentNode.children].indexOf(row) : -1;

  const parts = { results: gallery, 'dead-letters': deadLetters, tasks, media }[state.view](list ? list.items : []);
  const rows = list ? list.items.length : 0;
  show(
    content,
    h('h2', { class: 'unseen' }, VIEWS[state.view]),
    parts.controls,
    list && list.problem && h('p', { class: 'problem', role: 'alert' }, list.problem),
    rows
      ? parts.table
      : list && !list.problem
        ? h('p', { class: 'empty' }, state.trail.length ? 'Nothing left on this page.' : parts.nothing)
        : null,
    list && (state.trail.length || list.next) ? pager(list) : null,
  );

  // The row that had the focus is gone: stay near it.
  if (had && !had.isConnected) {
    const rowsNow = content.querySelectorAll('tbody tr, .tile');
    const near = rowsNow[Math.min(Math.max(index, 0), rowsNow.length - 1)];
    ((near && (near.querySelector(had.nodeName) || near.querySelector('a'))) || content).focus({ preventScroll: true });
  }
}

function pager(list) {
  const page = state.trail.length + 1;
  return h(
    'nav',
    { class: 'pager', 'aria-label': 'Pages' },
    h('button', { 'data-action': 'newest', 'aria-disabled': page === 1 ? 'true' : null }, 'Newest'),
    h('button', { 'data-action': 'newer', 'aria-disabled': page === 1 ? 'true' : null }, 'Newer'),
    h('span', { class: 'dim' }, 'Page ' + page),
    h('button', { 'data-action': 'older', 'aria-disabled': list.next ? null : 'true' }, 'Older'),
  );
}
