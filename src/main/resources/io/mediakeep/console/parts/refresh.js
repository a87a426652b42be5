/** Asks the API every few seconds and shows the answers. */

import { call, listPath, readSummary, readTask, storage } from './api.js';
import { renderHealth, renderPulse } from './health.js';
import { renderContent, renderViews } from './lists.js';
import { $, show } from './page.js';
import { renderProviders } from './providers.js';
import { renderRisk } from './risk.js';
import { state, totals } from './state.js';
import { renderTask } from './task.js';
import { keepTime, now, sum } from './words.js';

const REFRESH_EVERY = 5000; // ms

let timer = 0;
let turn = 0;

export async function refresh() {
  clearTimeout(timer);
  const mine = ++turn;
  const wantsList = state.view !== null;
  const of = wantsList && listPath();
  const view = state.view;
  const open = state.open;
  const [summary, risk, list, task] = await Promise.allSettled([
    readSummary(),
    call('/api/at-risk?limit=100'),
    wantsList ? call(of) : null,
    open ? readTask(open) : null,
  ]);
  if (mine !== turn) return;

  const refused = [summary, risk, list, task].find((r) => r.status === 'rejected' && r.reason.status === 401);
  if (refused) {
    askToken(storage.get() ? 'That token was refused.' : null);
    return;
  }
  if (summary.status === 'fulfilled') {
    state.summary = summary.value;
    state.risk = risk.status === 'fulfilled' ? risk.value.items || [] : [];
    state.answeredAt = Date.now();
    state.failure = null;
    const at = Date.parse(summary.value.at);
    if (!Number.isNaN(at)) keepTime(at);
  } else {
    state.failure = {
      text: summary.reason.message,
      unreachable: summary.reason.unreachable,
      since: state.failure ? state.failure.since : now(),
    };
  }
  if (wantsList) {
    if (list.status === 'fulfilled') state.list = { of, view, items: list.value.items || [], next: list.value.next || null };
    else if (!list.reason.unreachable || !state.list || state.list.of !== of) {
      const kept = state.list && state.list.of === of ? state.list : { items: [], next: null };
      state.list = { of, view, items: kept.items, next: kept.next, problem: list.reason.message };
    }
  }
  if (open) {
    if (task.status === 'fulfilled') state.task = { of: open.join('/'), value: task.value };
    else if (!task.reason.unreachable || !state.task || state.task.of !== open.join('/')) {
      state.task = { of: open.join('/'), value: null, problem: task.reason.message };
    }
  }
  if (!wantsList && state.summary) {
    // The first screen is chosen once: later the reader decides.
    state.view = sum(state.summary.deadLetters)
      ? 'dead-letters'
      : totals(state.summary).media.stored
        ? 'results'
        : 'tasks';
    render();
    refresh();
    return;
  }
  render();
  schedule();
}

function schedule() {
  clearTimeout(timer);
  if (!state.paused && !document.hidden && !state.asksToken) timer = setTimeout(refresh, REFRESH_EVERY);
}

/** Until somebody asks again. */
export function rest() {
  clearTimeout(timer);
}

export function askToken(problem) {
  clearTimeout(timer);
  turn++;
  storage.set(null);
  Object.assign(state, { asksToken: true, summary: null, risk: null, list: null, task: null, failure: null, answeredAt: null });
  $('token-problem').textContent = problem || '';
  $('token-problem').hidden = !problem;
  render();
  $('token').focus();
}

export function render() {
  document.body.classList.toggle('stale', Boolean(state.failure));
  $('token-form').hidden = !state.asksToken;
  $('times').hidden = state.asksToken;
  $('board').hidden = state.asksToken || !state.summary;
  renderHealth();
  renderPulse();
  if (!state.asksToken) {
    renderRisk();
    renderProviders();
    renderViews();
    renderContent();
  } else {
    for (const id of ['risk', 'providers', 'views', 'content', 'task']) show($(id));
  }
  renderTask();
}
