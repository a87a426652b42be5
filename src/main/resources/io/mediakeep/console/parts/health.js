/** The head of the page: what the operator must know first, and what is good to know beside it. */

import { address } from './address.js';
import { storage } from './api.js';
import { $, h, show } from './page.js';
import { urgency } from './pieces.js';
import { state, totals } from './state.js';
import { judge } from './verdict.js';
import { ahead, now, number, span, sum, utc } from './words.js';

export function renderHealth() {
  const health = $('health');
  if (state.asksToken) {
    show(health);
    document.title = 'Mediakeep';
    return;
  }
  const { tone, sentence, beside } = judge(state);
  const { summary } = state;
  let readouts = null;
  if (summary) {
    const { media, callbacks } = totals(summary);
    const dead = sum(summary.deadLetters);
    const left = summary.nearestExpiry ? Date.parse(summary.nearestExpiry) - now() : null;
    readouts = h(
      'dl',
      { class: 'readouts' },
      readout('Stored', number(media.stored), media.stored ? '' : 'zero', address('media', { state: 'stored' })),
      readout(
        'Waiting',
        number(media.due + media.copying),
        media.due + media.copying ? '' : 'zero',
        address('media', { state: 'due' }),
        media.copying ? number(media.copying) + ' copying' : null,
      ),
      readout('Dead letters', number(dead), dead ? 'bad' : 'zero', address('dead-letters')),
      readout(
        'Nearest expiry',
        left === null ? 'none' : left <= 0 ? 'passed' : span(left),
        left === null ? 'zero' : urgency(left),
        address('media', { state: 'due' }),
      ),
      readout(
        'Callbacks missed',
        number(callbacks.missed),
        callbacks.missed ? '' : 'zero',
        null,
        callbacks.seen + callbacks.missed ? 'of ' + number(callbacks.seen + callbacks.missed) : null,
      ),
    );
  }
  show(
    health,
    h(
      'div',
      { class: 'verdict' },
      h('h1', { class: 'sentence' }, h('i', { class: 'lamp ' + tone, 'aria-hidden': 'true' }), sentence),
      h(
        'p',
        { class: 'beside' },
        beside.map(([weight, text]) => text && h('span', { class: weight === 'calm' ? null : weight }, text, ' ')),
      ),
    ),
    readouts,
  );

  // Spoken only when the matter changes, not with every minute that passes.
  const spoken = sentence.replace(/dies in .*\./, 'dies within the hour.');
  if ($('announcement').textContent !== spoken) $('announcement').textContent = spoken;
  const dead = sum(summary && summary.deadLetters);
  const title = (dead ? '(' + number(dead) + ') ' : tone === 'bad' ? '(!) ' : '') + 'Mediakeep';
  if (document.title !== title) document.title = title;
}

function readout(label, value, tone, href, note) {
  const content = [value, note && h('small', null, note)];
  return h(
    'div',
    { class: 'readout' },
    h('dt', null, label),
    h('dd', { class: tone }, href ? h('a', { href }, content) : content),
  );
}

export function renderPulse() {
  const text = state.asksToken
    ? ''
    : state.paused
      ? 'Paused at ' + (state.answeredAt ? utc(state.answeredAt + ahead()).slice(11) : '–')
      : state.failure
        ? (state.failure.unreachable ? 'No answer since ' : 'Errors since ') + utc(state.failure.since).slice(11)
        : state.answeredAt
          ? 'Updated ' + utc(state.answeredAt + ahead()).slice(11)
          : '';
  show(
    $('pulse'),
    h('span', { class: 'clock' + (state.failure && !state.paused ? ' bad' : '') }, text),
    !state.asksToken &&
      h(
        'button',
        { class: 'quiet', 'data-action': 'pause', 'aria-pressed': String(state.paused) },
        state.paused ? 'Resume' : 'Pause',
      ),
    storage.get() && !state.asksToken && h('button', { class: 'quiet', 'data-action': 'forget' }, 'Forget token'),
  );
}
