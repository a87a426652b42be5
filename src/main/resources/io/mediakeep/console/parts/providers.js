/** A card for each provider. */

import { address } from './address.js';
import { $, h, show } from './page.js';
import { state } from './state.js';
import { failingPolls, lateReads, missingCallbacks } from './verdict.js';
import { number, plural, sum, utc, when } from './words.js';

export function renderProviders() {
  const { summary } = state;
  const providers = Object.entries((summary && summary.providers) || {});
  if (summary && !providers.length) {
    show(
      $('providers'),
      h(
        'p',
        { class: 'empty' },
        'Switch one on in ',
        h('code', null, 'application.properties'),
        ', for example ',
        h('code', null, 'mediakeep.kling.enabled = true'),
        ', and start again.',
      ),
    );
    return;
  }
  show(
    $('providers'),
    providers.map(([name, provider]) => card(name, provider)),
  );
}

/** Where the provider sends callbacks; the token is not for this page. */
const door = (name) => location.origin + '/callbacks/' + name + '/<callback-token>';

function card(name, provider) {
  const media = provider.media || {};
  const tasks = provider.tasks || {};
  const callbacks = provider.callbacks || {};
  const polls = provider.polls || [];
  const dead = provider.deadLetters || 0;
  const waiting = (media.due || 0) + (media.copying || 0);
  const trouble = failingPolls(name, provider)
    ? 'polling fails'
    : lateReads(name, provider)
      ? 'reads are late'
      : missingCallbacks(name, provider)
        ? 'callbacks are missing'
        : null;
  const silent = !sum(tasks) && !sum(callbacks) && !polls.some((poll) => poll.succeededAt);
  return h(
    'article',
    { class: 'card', key: 'provider ' + name, 'aria-label': name },
    h(
      'header',
      null,
      h(
        'h2',
        null,
        h('i', {
          class: 'lamp ' + (dead ? 'bad' : trouble ? 'warn' : silent ? 'idle' : waiting ? 'busy' : 'good'),
          'aria-hidden': 'true',
        }),
        name,
      ),
      dead
        ? h(
            'a',
            { class: 'alarm', href: address('dead-letters', { provider: name }) },
            plural(dead, 'dead letter', 'dead letters'),
          )
        : h('span', { class: 'dim' }, trouble || (silent ? 'nothing heard yet' : waiting ? number(waiting) + ' on the way' : 'all stored')),
    ),
    h(
      'div',
      { class: 'strip', 'aria-hidden': 'true' },
      ['stored', 'copying', 'due', 'dead']
        .filter((key) => media[key])
        .map((key) => h('i', { class: 'fill ' + key, style: { flexGrow: Math.max(media[key], sum(media) / 60) } })),
    ),
    h(
      'table',
      { class: 'gauges', role: 'table' },
      h('caption', { class: 'unseen' }, 'Tasks and media of ' + name),
      gauges('Media', ['stored', 'copying', 'due', 'dead'], media, (key) => address('media', { state: key })),
      gauges('Tasks', ['succeeded', 'processing', 'submitted', 'failed'], tasks, (key) =>
        address('tasks', { provider: name, status: key }),
      ),
    ),
    h(
      'dl',
      { class: 'lines' },
      h(
        'div',
        null,
        h('dt', null, 'Callbacks'),
        h(
          'dd',
          null,
          number(callbacks.seen),
          ' seen, ',
          callbacks.missed ? number(callbacks.missed) + ' found only by poll' : 'none missed',
        ),
      ),
      h(
        'div',
        null,
        h('dt', null, 'Polls'),
        h('dd', null, polls.length ? pollLines(polls) : h('span', { class: 'dim' }, 'no list; open tasks are watched')),
      ),
      callbacks.expected &&
        h('div', null, h('dt', null, 'Door'), h('dd', { class: 'door' }, h('code', { class: 'clip', title: door(name) }, door(name)))),
    ),
    h(
      'p',
      { class: 'line' },
      callbacks.expected &&
        h('button', { class: 'quiet', 'data-action': 'copy', 'data-text': door(name) }, 'Copy door', h('span', { class: 'unseen' }, ' of ' + name)),
      h('button', { class: 'quiet', 'data-action': 'mapping', 'data-provider': name }, 'Try a mapping', h('span', { class: 'unseen' }, ' of ' + name)),
    ),
  );
}

/** Lists in trouble stand for themselves; the others share a line that can be opened. */
function pollLines(polls) {
  const well = polls.filter((poll) => !poll.problem && !poll.failures);
  const failing = polls.filter((poll) => poll.problem || poll.failures);
  const oldest = well.map((poll) => poll.succeededAt).sort()[0];
  return [
    failing.length > 0 &&
      h(
        'ul',
        { class: 'polls', key: 'failing' },
        failing.map((poll) => pollLine(poll)),
      ),
    well.length === 1 && h('ul', { class: 'polls', key: 'one' }, pollLine(well[0])),
    well.length > 1 &&
      h(
        'details',
        { class: 'polls', key: 'well' },
        h(
          'summary',
          null,
          h(
            'span',
            { class: 'list' },
            failing.length ? plural(well.length, 'other list', 'other lists') : plural(well.length, 'list', 'lists'),
          ),
          h('span', { class: 'ago' }, oldest ? when(oldest) : 'never'),
        ),
        h(
          'ul',
          null,
          well.map((poll) => pollLine(poll)),
        ),
      ),
  ];
}

function gauges(label, keys, counts, href) {
  return h(
    'tbody',
    { role: 'rowgroup' },
    h(
      'tr',
      { role: 'row' },
      h('th', { scope: 'row', role: 'rowheader' }, label),
      keys.map((key) =>
        h(
          'td',
          { role: 'cell', class: counts[key] ? (/dead|failed/.test(key) ? 'bad' : '') : 'zero' },
          h('a', { href: href(key) }, h('b', null, number(counts[key])), ' ', h('span', null, key)),
        ),
      ),
    ),
  );
}

function pollLine(poll) {
  const bad = poll.problem || poll.failures;
  return h(
    'li',
    { key: 'poll ' + poll.list },
    h('span', { class: 'list', title: poll.list }, poll.list || 'tasks'),
    h(
      'span',
      { class: 'ago', title: poll.coveredUntil ? 'Covered until ' + utc(poll.coveredUntil) + ' UTC' : null },
      poll.succeededAt ? when(poll.succeededAt) : 'never',
    ),
    bad
      ? h(
          'span',
          { class: 'warn trouble' },
          poll.failures ? plural(poll.failures, 'failure', 'failures') + (poll.problem ? ': ' : '') : '',
          poll.problem || '',
        )
      : null,
  );
}
