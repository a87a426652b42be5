/** What buttons do, by their data-action. */

import { call, listPath, query } from './api.js';
import { openKeys } from './keys.js';
import { renderContent } from './lists.js';
import { openMapping } from './mapping.js';
import { notice } from './notice.js';
import { $, h, show } from './page.js';
import { askToken, refresh, render, rest } from './refresh.js';
import { WHOLE, saveInParts } from './save.js';
import { state } from './state.js';
import { closeTask } from './task.js';
import { number, plural } from './words.js';

async function replay(path) {
  try {
    const answer = await call(path, 'POST');
    const n = Number(answer.replayed) || 0;
    const left = Number(answer.skipped) || 0;
    const why = left ? ' ' + plural(left, 'stays', 'stay') + ' open: ' + Object.keys(answer.why).join('; ') + '.' : '';
    notice(
      (n ? plural(n, 'dead letter goes', 'dead letters go') + ' through again.' : left ? '' : 'Nothing was left to replay.') +
        why,
      left > 0,
    );
  } catch (problem) {
    if (problem.status === 401) {
      askToken('The token was refused.');
      return;
    }
    notice('Not replayed. ' + problem.message + '.', true);
  }
}

export const actions = {
  pause() {
    state.paused = !state.paused;
    render();
    if (state.paused) rest();
    else refresh();
  },
  forget() {
    askToken(null);
  },
  close: closeTask,
  save(link, event) {
    const { size, name } = link.dataset;
    if (Number(size) <= WHOLE) return;
    event.preventDefault();
    saveInParts(link.getAttribute('href'), Number(size), name);
  },
  async copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.text);
      notice('Copied.');
    } catch {
      notice('Not copied: the browser allows it on https and localhost only.', true);
    }
  },
  skip(_, event) {
    event.preventDefault();
    $('content').focus();
  },
  keys() {
    openKeys();
  },
  mapping(button) {
    openMapping(button.dataset.provider);
  },
  'mapping-close'() {
    $('mapping').close();
  },
  newest() {
    turnTo([]);
  },
  newer() {
    turnTo(state.trail.slice(0, -1));
  },
  older() {
    if (state.list && state.list.next && state.list.of === listPath()) turnTo([...state.trail, state.list.next]);
  },
  async 'accept-host'(button) {
    const { provider, host } = button.dataset;
    try {
      const answer = await call('/api/hosts/' + encodeURIComponent(provider), 'POST', { host });
      const n = Number(answer.media) || 0;
      notice(host + ' is accepted for ' + provider + '. ' + plural(n, 'result goes', 'results go') + ' on.');
      await refresh();
    } catch (problem) {
      if (problem.status === 401) askToken('The token was refused.');
      else notice('Not accepted. ' + problem.message + '.', true);
    }
  },
  async replay(button) {
    const id = button.dataset.id;
    state.replaying.add(id);
    render();
    await replay('/api/dead-letters/' + encodeURIComponent(id) + '/replay');
    if (!state.asksToken) await refresh();
    state.replaying.delete(id);
    render();
  },
  'replay-all'(button) {
    const reason = button.dataset.reason;
    const { provider } = state.filters;
    const n = provider ? 0 : ((state.summary && state.summary.deadLetters) || {})[reason] || 0;
    show(
      $('confirm-question'),
      'Replay ',
      n ? plural(n, 'dead letter', 'dead letters') : 'all dead letters',
      provider ? ' of ' + provider : '',
      ' with the reason ',
      h('code', null, reason),
      '?',
    );
    $('confirm-yes').textContent = n ? 'Replay ' + number(n) : 'Replay all';
    const dialog = $('confirm');
    dialog.returnValue = 'no';
    dialog.showModal();
    dialog.addEventListener(
      'close',
      async () => {
        if (dialog.returnValue !== 'yes') return;
        await replay('/api/dead-letters/replay' + query({ reason, provider }));
        if (!state.asksToken) refresh();
      },
      { once: true },
    );
  },
};

function turnTo(trail) {
  if (trail.length === state.trail.length) return;
  state.trail = trail;
  renderContent();
  refresh();
}
