/** What happened to a task, in its order; what has not happened or is still to come stands at the end. */

import { h } from './page.js';
import { exactly, number } from './words.js';

export function timeline(task) {
  const media = task.media || [];
  const seen = (stream) => (task.firstSeenBy === stream ? 'first' : null);
  const past = [
    { at: task.createdAt, label: 'Created', note: 'says the provider' },
    { at: task.firstSeenBy === 'watch' ? task.firstSeenAt : null, label: 'Watched', note: 'first' },
    { at: task.callbackAt, label: 'Callback', note: seen('callback') },
    { at: task.polledAt, label: 'Poll', note: seen('poll') },
    { at: task.finishedAt, label: 'Finished', note: task.status },
    { at: task.conflictAt, label: 'Conflict', note: 'two final states', bad: true },
    ...grouped(media, 'addedAt', 'Named'),
    ...grouped(media, 'storedAt', 'Stored'),
  ].filter((event) => event.at);
  past.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const next = media.filter((item) => item.state === 'due' && item.dueAt).map((item) => item.dueAt).sort()[0];
  return h(
    'ol',
    { class: 'lanes' },
    past.map(line),
    !task.callbackAt && missing('Callback', 'none came'),
    !task.polledAt && missing('Poll', 'not seen yet'),
    task.read && line({ at: task.read.at, label: 'Read is due', note: task.read.reason, ahead: true }),
    next && line({ at: next, label: 'Next attempt', ahead: true }),
  );
}

/** What was named or stored in one second is one event. */
function grouped(media, field, label) {
  const bySecond = new Map();
  for (const item of media) {
    const second = (item[field] || '').slice(0, 19);
    if (second) bySecond.set(second, [...(bySecond.get(second) || []), item]);
  }
  return [...bySecond.values()].map((items) => ({
    at: items[0][field],
    label,
    note: items.length === 1 ? items[0].key : number(items.length) + ' media',
  }));
}

function line({ at, label, note, ahead, bad }) {
  return h(
    'li',
    { class: ahead ? 'missing' : '' },
    h('i', { class: 'dot' + (bad ? ' fill failed' : ''), 'aria-hidden': 'true' }),
    h('b', null, label),
    h('span', null, exactly(at)),
    note && h('small', { class: 'tag' }, note),
  );
}

function missing(label, text) {
  return h('li', { class: 'missing' }, h('i', { class: 'dot', 'aria-hidden': 'true' }), h('b', null, label), h('span', null, text));
}
