/*
 * The operator's console: one page over the public API, with nothing from elsewhere. This file listens; what it calls is
 * in console/.
 */
import { actions } from './console/actions.js';
import { address, readAddress } from './console/address.js';
import { listPath, storage, takeToken } from './console/api.js';
import { press, switchKeys } from './console/keys.js';
import { tryMapping } from './console/mapping.js';
import { $ } from './console/page.js';
import { askToken, refresh, render, rest } from './console/refresh.js';
import { state } from './console/state.js';
import { closeTask } from './console/task.js';

$('token-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const token = $('token').value.trim();
  // A header can carry nothing else; fetch would fail as if the server were away.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    $('token-problem').textContent = 'A token has visible ASCII characters only.';
    $('token-problem').hidden = false;
    return;
  }
  storage.set(token);
  $('token').value = '';
  state.asksToken = false;
  render();
  refresh();
});

$('search').addEventListener('submit', (event) => {
  event.preventDefault();
  const find = $('find').value.trim();
  location.hash = address('tasks', { find: find || undefined });
});

$('mapping-form').addEventListener('submit', (event) => {
  event.preventDefault();
  tryMapping();
});

document.addEventListener('keydown', press);

$('keys-on').addEventListener('change', (event) => switchKeys(event.target.checked));

document.addEventListener('visibilitychange', () => {
  if (document.hidden) rest();
  else if (!state.paused && !state.asksToken) refresh();
});

window.addEventListener('hashchange', () => {
  if (takeToken()) state.asksToken = false;
  const before = state.view && listPath();
  readAddress();
  render();
  // A count was followed from above: bring what it opened into sight.
  if (before !== listPath() && !state.asksToken && $('views').getBoundingClientRect().top > innerHeight * 0.6) {
    $('views').scrollIntoView();
  }
  if (!state.asksToken) refresh();
});

$('task').addEventListener('cancel', (event) => {
  event.preventDefault();
  closeTask();
});
$('task').addEventListener('close', closeTask);

document.addEventListener('click', (event) => {
  const target = event.target.closest('[data-action]');
  if (target && target.nodeName !== 'SELECT') {
    if (target.getAttribute('aria-disabled') !== 'true') actions[target.dataset.action](target, event);
    return;
  }
  if (event.target === $('task')) {
    closeTask(); // the backdrop
    return;
  }
  const row = event.target.closest('.opens');
  if (row && !event.target.closest('a, button') && String(getSelection()) === '') row.querySelector('a').click();
});

document.addEventListener('change', (event) => {
  if (event.target.dataset.action === 'provider') {
    location.hash = address(state.view, { ...state.filters, provider: event.target.value });
  }
});

takeToken();
readAddress();
if (storage.get()) {
  render();
  refresh();
} else {
  askToken(null);
}
