/** What is not stored and needs a look, nearest expiry first: above everything else, and only while there is something. */

import { address, taskAddress } from './address.js';
import { flight } from './flight.js';
import { $, h, show } from './page.js';
import { acceptButton, mark, urgency } from './pieces.js';
import { LONG, NEAR, state } from './state.js';
import { now, plural, span, when } from './words.js';

const MOST = 6;

export function renderRisk() {
  const looks = (state.risk || []).filter(needsALook);
  const shown = looks.slice(0, MOST);
  show(
    $('risk'),
    shown.length > 0 && [
      h('h2', null, 'At risk'),
      h('ul', { class: 'risks' }, shown.map(line)),
      looks.length > MOST &&
        h('p', { class: 'more' }, h('a', { href: address('media', { state: 'due' }) }, 'All that is not stored')),
    ],
  );
}

/** Others are on their way. */
function needsALook(item) {
  return (
    item.state === 'dead' ||
    (item.state === 'due' && item.reason !== null && now() - Date.parse(item.addedAt) > LONG / 2) ||
    item.waitsForHost ||
    Date.parse(item.expiresAt) - now() < NEAR ||
    now() - Date.parse(item.addedAt) > LONG
  );
}

function line(item) {
  const left = Date.parse(item.expiresAt) - now();
  return h(
    'li',
    { key: [item.provider, item.taskId, item.key].join('/') },
    h(
      'span',
      { class: 'left ' + urgency(left) },
      h('b', null, left <= 0 ? 'died' : span(left)),
      h('small', null, left <= 0 ? when(item.expiresAt) : 'until its URL dies'),
    ),
    h(
      'span',
      { class: 'what' },
      h('a', { class: 'id', href: taskAddress(item.provider, item.taskId) }, item.key),
      h('small', { class: 'clip' }, [item.provider, item.kind, item.taskId].join(' · ')),
    ),
    h('span', { class: 'why' }, mark(item.state), ' ', why(item), ' ', acceptButton(item.provider, item.waitsForHost && item.refusedHost)),
  );
}

function why(item) {
  const told = item.reason && [h('code', null, item.reason), item.detail ? ' ' + item.detail : ''];
  if (item.state === 'dead') return [told, '. A replay may still bring it home.'];
  if (item.waitsForHost) return 'Its host is in no setting: accept it, or leave it.';
  if (item.state === 'copying') return flight(item.provider, item.taskId, item);
  const next = item.dueAt && Date.parse(item.dueAt) > now() ? ['next attempt ', when(item.dueAt)] : 'next attempt now';
  if (!told) return ['Not tried yet, ', next, '.'];
  return [told, ' · ', plural(item.attempts + item.refusals, 'attempt', 'attempts'), ', ', next];
}
