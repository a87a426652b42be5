/*
 * The operator's console. One page over the public API, no framework, nothing from elsewhere.
 *
 * Every text is set as text: ids and messages come from outside and are never read as markup. Each refresh builds the page
 * anew from the state and carries only the differences over, so focus, scroll position and selection stay where they are.
 */
'use strict';

const REFRESH_EVERY = 5000;
const ANSWER_WITHIN = 10000;
const PAGE = 25;
const NEAR = 60 * 60 * 1000; // a source URL that dies within the hour deserves a look
const LATE = 2 * 60 * 1000; // a read that should have begun so long ago
const FEW = 5; // so many tasks without a callback may be chance
const TOKEN = 'mediakeep.api.token';
const TASK_STATUSES = ['submitted', 'processing', 'succeeded', 'failed'];
const MEDIA_STATES = ['due', 'copying', 'stored', 'dead'];
const VIEWS = { 'dead-letters': 'Dead letters', tasks: 'Tasks', media: 'Media' };
const FILTERS = { 'dead-letters': ['reason', 'provider'], tasks: ['provider', 'status'], media: ['state'] };

const state = {
  summary: null,
  answeredAt: null, // ms, our clock
  failure: null, // { text, since, unreachable } while the summary cannot be had
  view: null,
  filters: {},
  open: null, // [provider, taskId]
  list: null, // { of, items, next, problem }
  trail: [], // cursors of the pages between the newest and this one
  task: null, // { of, value, problem }
  replaying: new Set(),
  paused: false,
  asksToken: false,
};
let skew = 0; // ms that the server's clock is ahead of ours
let timer = 0;
let turn = 0;

const $ = (id) => document.getElementById(id);

// ---- Building and carrying over -------------------------------------------------------------------------------------

/** Makes an element. Children that are null or false are left out, all others that are not nodes become text. */
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'grow') element.style.flexGrow = value;
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/** Makes the children of an element equal to those given; nodes that are the same thing stay in place. */
function show(element, ...children) {
  carryOver(element, h('div', null, ...children));
}

function carryOver(parent, fresh) {
  const wanted = new Set();
  for (const child of fresh.children) if (child.dataset.key) wanted.add(child.dataset.key);
  const keyed = new Map();
  for (const child of [...parent.children]) {
    const key = child.dataset.key;
    if (!key) continue;
    if (wanted.has(key)) keyed.set(key, child);
    else child.remove();
  }
  let cursor = parent.firstChild;
  for (const next of [...fresh.childNodes]) {
    const key = next.nodeType === Node.ELEMENT_NODE && next.dataset.key;
    const match = key ? keyed.get(key) : cursor;
    if (match && match.nodeName === next.nodeName && (key || !match.dataset || !match.dataset.key)) {
      keyed.delete(key);
      if (match === cursor) cursor = cursor.nextSibling;
      else parent.insertBefore(match, cursor);
      carryNode(match, next);
    } else {
      parent.insertBefore(next, cursor);
    }
  }
  while (cursor) {
    const gone = cursor;
    cursor = cursor.nextSibling;
    gone.remove();
  }
}

function carryNode(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...old.attributes]) {
    const own = name === 'style' || (name === 'open' && old.nodeName === 'DETAILS');
    if (!own && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (name !== 'style' && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  // By property: a style attribute would be against the content security policy.
  if (old.style.flexGrow !== fresh.style.flexGrow) old.style.flexGrow = fresh.style.flexGrow;
  carryOver(old, fresh);
  if (old.nodeName === 'SELECT' && old.value !== fresh.value) old.value = fresh.value;
}

// ---- Words ----------------------------------------------------------------------------------------------------------

const now = () => Date.now() + skew;
const number = (n) => new Intl.NumberFormat('en').format(n || 0);
const sum = (counts) => Object.values(counts || {}).reduce((total, n) => total + (n || 0), 0);

function plural(n, one, many) {
  return number(n) + ' ' + (n === 1 ? one : many);
}

/** 12 s, 42 min, 2 h 10 min, 3 d 4 h, 20 d; two parts only where the smaller one still matters. */
function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return seconds + '\u00a0s';
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return minutes + '\u00a0min';
  const hours = Math.floor(minutes / 60);
  if (hours < 24)
    return hours + '\u00a0h' + (hours < 12 && minutes % 60 ? '\u00a0' + (minutes % 60) + '\u00a0min' : '');
  const days = Math.floor(hours / 24);
  return number(days) + '\u00a0d' + (days < 7 && hours % 24 ? '\u00a0' + (hours % 24) + '\u00a0h' : '');
}

function utc(time) {
  const parsed = new Date(time);
  return Number.isNaN(parsed.getTime()) ? String(time) : parsed.toISOString().slice(0, 19).replace('T', ' ');
}

/** A moment as the reader wants it in a list: how long ago, or in how long; the exact time on hover. */
function when(time) {
  if (!time) return h('span', { class: 'none' }, '–');
  const ahead = Date.parse(time) - now();
  const text = Number.isNaN(ahead) ? String(time) : ahead > 0 ? 'in ' + span(ahead) : span(-ahead) + ' ago';
  return h('time', { datetime: time, title: utc(time) + ' UTC' }, text);
}

function exactly(time) {
  if (!time) return null;
  return h('span', null, h('time', { datetime: time }, utc(time)), ' ', h('small', null, when(time)));
}

function size(bytes) {
  if (bytes === null || bytes === undefined) return null;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return (unit && value < 100 ? value.toFixed(1) : number(Math.round(value))) + ' ' + units[unit];
}

// ---- Talking to the API ---------------------------------------------------------------------------------------------

class Problem extends Error {
  constructor(text, { status = 0, unreachable = false } = {}) {
    super(text);
    this.status = status;
    this.unreachable = unreachable;
  }
}

const storage = {
  get() {
    try {
      return sessionStorage.getItem(TOKEN);
    } catch {
      return this.value || null;
    }
  },
  set(value) {
    this.value = value;
    try {
      if (value) sessionStorage.setItem(TOKEN, value);
      else sessionStorage.removeItem(TOKEN);
    } catch {
      // Storage is off: the token lives as long as the page.
    }
  },
};

/** A link from the terminal carries the token; it is taken out of the address bar and the history at once. */
function takeToken() {
  const [, given] = /^#token=(.+)$/.exec(location.hash) || [];
  if (!given) return false;
  history.replaceState(null, '', location.pathname + location.search);
  storage.set(given);
  return true;
}

async function call(path, method = 'GET', given) {
  const headers = { Accept: 'application/json' };
  const token = storage.get();
  if (token) headers.Authorization = 'Bearer ' + token;
  if (given) headers['Content-Type'] = 'application/json';
  const content = given ? JSON.stringify(given) : undefined;
  let response;
  let body;
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN);
    response = await fetch(path, { method, headers, body: content, signal, cache: 'no-store', redirect: 'error' });
    body = await response.text();
  } catch {
    throw new Problem('Mediakeep does not answer', { unreachable: true });
  }
  let json = null;
  try {
    json = JSON.parse(body);
  } catch {
    // Not ours; the status says enough.
  }
  if (response.ok && json && typeof json === 'object') return json;
  if (response.ok) throw new Problem('The answer is not JSON', { status: response.status });
  const text = json && [json.title, json.detail].filter(Boolean).join(': ');
  throw new Problem(text || 'HTTP ' + response.status + ' ' + response.statusText, {
    status: response.status,
    unreachable: !text && [502, 503, 504].includes(response.status),
  });
}

function query(parameters) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value) search.set(name, value);
  const text = search.toString();
  return text && '?' + text;
}

function listPath() {
  const after = state.trail[state.trail.length - 1];
  return '/api/' + state.view + query({ ...state.filters, limit: PAGE, after });
}

async function readSummary() {
  const summary = await call('/api/summary');
  // Anything else would count as nothing dead and nothing waiting, and be called safe.
  if (!summary.providers || !summary.deadLetters) throw new Problem('The answer is no summary', { status: 200 });
  return summary;
}

async function readTask([provider, taskId]) {
  // A path step of dots would ask for something else; no encoding prevents that.
  if (/^\.{1,2}$/.test(taskId)) throw new Problem('An id of dots alone cannot be part of an address');
  return call('/api/tasks/' + encodeURIComponent(provider) + '/' + encodeURIComponent(taskId));
}

// ---- Refreshing -----------------------------------------------------------------------------------------------------

async function refresh() {
  clearTimeout(timer);
  const mine = ++turn;
  const wantsList = state.view !== null;
  const of = wantsList && listPath();
  const open = state.open;
  const [summary, list, task] = await Promise.allSettled([
    readSummary(),
    wantsList ? call(of) : null,
    open ? readTask(open) : null,
  ]);
  if (mine !== turn) return;

  const refused = [summary, list, task].find((r) => r.status === 'rejected' && r.reason.status === 401);
  if (refused) {
    askToken(storage.get() ? 'That token was refused.' : null);
    return;
  }
  if (summary.status === 'fulfilled') {
    state.summary = summary.value;
    state.answeredAt = Date.now();
    state.failure = null;
    const at = Date.parse(summary.value.at);
    if (!Number.isNaN(at)) skew = at - Date.now();
  } else {
    state.failure = {
      text: summary.reason.message,
      unreachable: summary.reason.unreachable,
      since: state.failure ? state.failure.since : now(),
    };
  }
  if (wantsList) {
    if (list.status === 'fulfilled') state.list = { of, items: list.value.items || [], next: list.value.next || null };
    else if (!list.reason.unreachable || !state.list || state.list.of !== of) {
      const kept = state.list && state.list.of === of ? state.list : { items: [], next: null };
      state.list = { of, items: kept.items, next: kept.next, problem: list.reason.message };
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
    state.view = sum(state.summary.deadLetters) ? 'dead-letters' : 'tasks';
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

document.addEventListener('visibilitychange', () => {
  if (document.hidden) clearTimeout(timer);
  else if (!state.paused && !state.asksToken) refresh();
});

function askToken(problem) {
  clearTimeout(timer);
  turn++;
  storage.set(null);
  Object.assign(state, { asksToken: true, summary: null, list: null, task: null, failure: null, answeredAt: null });
  $('token-problem').textContent = problem || '';
  $('token-problem').hidden = !problem;
  render();
  $('token').focus();
}

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

// ---- Where we are: #tasks?provider=kling&status=failed&open=kling/123 -----------------------------------------------

function address(view, parameters) {
  return '#' + (view || '') + query(parameters || {});
}

function readAddress() {
  const [name, search] = location.hash.slice(1).split(/\?(.*)/s);
  const parameters = new URLSearchParams(search || '');
  const view = Object.hasOwn(VIEWS, name) ? name : state.view;
  const filters = {};
  for (const filter of FILTERS[view] || []) if (parameters.get(filter)) filters[filter] = parameters.get(filter);
  const open = (parameters.get('open') || '').split(/\/(.*)/s);
  if (view !== state.view || query(filters) !== query(state.filters)) state.trail = [];
  state.view = view;
  state.filters = filters;
  state.open = open.length > 1 && open[0] && open[1] ? [open[0], open[1]] : null;
}

const taskAddress = (provider, taskId) => address(state.view, { ...state.filters, open: provider + '/' + taskId });

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

// ---- Health ---------------------------------------------------------------------------------------------------------

/** What the operator must know first, and what is good to know beside it. */
function judge() {
  const { summary, failure } = state;
  if (failure) {
    const since = utc(failure.since).slice(11);
    return {
      tone: 'bad',
      sentence: failure.unreachable
        ? 'Mediakeep has not answered since ' + since + '.'
        : failure.text.includes('the ledger cannot be reached')
          ? 'The ledger cannot be reached since ' + since + '.'
          : 'Mediakeep answers with an error since ' + since + '.',
      beside: [
        ['calm', failure.unreachable ? '' : failure.text + '.'],
        [
          'calm',
          summary ? 'What stands below is ' + span(Date.now() - state.answeredAt) + ' old.' : 'Trying again every 5 s.',
        ],
      ],
    };
  }
  if (!summary) return { tone: 'idle', sentence: 'Asking Mediakeep…', beside: [] };

  const providers = Object.entries(summary.providers || {});
  const dead = sum(summary.deadLetters);
  const total = totals(summary);
  const waiting = total.media.due + total.media.copying;
  const callbacks = summary.callbacksWaiting || 0;
  const left = summary.nearestExpiry ? Date.parse(summary.nearestExpiry) - now() : null;
  const failing = providers.filter(([, p]) => (p.polls || []).some((poll) => poll.problem || poll.failures));
  const running = total.tasks.submitted + total.tasks.processing;

  const facts = [];
  const storage = summary.storage && summary.storage.problem;
  if (storage) {
    facts.push(['bad', 'The storage cannot be used. Nothing is lost: callbacks are taken, and copies wait.']);
  }
  const ledger = summary.ledger && summary.ledger.problem;
  if (ledger) facts.push(['bad', 'There is no room: ' + ledger + '.']);
  if (dead) facts.push(['bad', plural(dead, 'dead letter needs you.', 'dead letters need you.')]);
  else if (total.media.dead) facts.push(['bad', plural(total.media.dead, 'result is dead.', 'results are dead.')]);
  const deadline =
    left === null
      ? null
      : left <= 0
        ? ['bad', 'A source URL died before its result was copied.']
        : [left < NEAR ? 'warn' : 'calm', 'Nearest source URL dies in ' + span(left) + '.'];
  if (deadline && deadline[0] !== 'calm') facts.push(deadline);
  if (failing.length) {
    facts.push(['warn', 'Polling ' + failing.map(([name]) => name).join(', ') + ' fails.']);
  }
  for (const [name, provider] of providers) {
    const trouble = lateReads(name, provider) || missingCallbacks(name, provider);
    if (trouble) facts.push(['warn', trouble]);
  }
  if (storage) facts.push(['calm', storage.charAt(0).toUpperCase() + storage.slice(1) + '.']);
  if (!facts.length) {
    if (!providers.length) facts.push(['idle', 'No provider is on.']);
    else if (waiting) facts.push(['good', 'Nothing is lost.']);
    else if (!total.tasks.any) facts.push(['idle', 'No task yet.']);
    else facts.push(['good', 'All results are safe.']);
  }
  if (deadline && deadline[0] === 'calm') facts.push(deadline);
  if (callbacks) facts.push(['calm', plural(callbacks, 'callback waits to be read.', 'callbacks wait to be read.')]);
  if (waiting) facts.push(['calm', plural(waiting, 'result waits for its copy.', 'results wait for their copy.')]);
  if (running) facts.push(['calm', plural(running, 'task is running.', 'tasks are running.')]);
  return { tone: facts[0][0], sentence: facts[0][1], beside: facts.slice(1) };
}

function lateReads(name, provider) {
  const late = provider.oldestDueRead ? now() - Date.parse(provider.oldestDueRead) : 0;
  return late > LATE ? 'Reads of ' + name + ' are ' + span(late) + ' late.' : null;
}

function missingCallbacks(name, provider) {
  const { seen = 0, missed = 0, missedLately = 0, expected } = provider.callbacks || {};
  if (!expected) return null;
  if (!seen && missed >= FEW) {
    return 'None of ' + number(missed) + ' callbacks of ' + name + ' came: can its callback URL be reached?';
  }
  return missedLately > FEW ? number(missedLately) + ' callbacks of ' + name + ' did not come in the last hour.' : null;
}

function totals(summary, only) {
  const total = {
    tasks: { submitted: 0, processing: 0, failed: 0, succeeded: 0, any: 0 },
    media: { due: 0, copying: 0, stored: 0, dead: 0, any: 0 },
    callbacks: { seen: 0, missed: 0 },
  };
  for (const [name, provider] of Object.entries((summary && summary.providers) || {})) {
    if (only && name !== only) continue;
    for (const group of Object.keys(total)) {
      for (const [key, n] of Object.entries(provider[group] || {})) {
        if (Object.hasOwn(total[group], key)) total[group][key] += n || 0;
        if (Object.hasOwn(total[group], 'any')) total[group].any += n || 0;
      }
    }
  }
  return total;
}

function renderHealth() {
  const health = $('health');
  if (state.asksToken) {
    show(health);
    document.title = 'Mediakeep';
    return;
  }
  const { tone, sentence, beside } = judge();
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

const urgency = (left) => (left <= 0 ? 'bad' : left < NEAR ? 'warn' : '');

function renderPulse() {
  const text = state.asksToken
    ? ''
    : state.paused
      ? 'Paused at ' + (state.answeredAt ? utc(state.answeredAt + skew).slice(11) : '–')
      : state.failure
        ? (state.failure.unreachable ? 'No answer since ' : 'Errors since ') + utc(state.failure.since).slice(11)
        : state.answeredAt
          ? 'Updated ' + utc(state.answeredAt + skew).slice(11)
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

// ---- Providers ------------------------------------------------------------------------------------------------------

function renderProviders() {
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

function card(name, provider) {
  const media = provider.media || {};
  const tasks = provider.tasks || {};
  const callbacks = provider.callbacks || {};
  const polls = provider.polls || [];
  const dead = provider.deadLetters || 0;
  const trouble = polls.some((poll) => poll.problem || poll.failures)
    ? 'polling fails'
    : lateReads(name, provider)
      ? 'reads are late'
      : missingCallbacks(name, provider)
        ? 'callbacks are missing'
        : null;
  const silent = !sum(tasks) && !sum(callbacks) && !polls.some((poll) => poll.succeededAt);
  return h(
    'article',
    { class: 'card', 'data-key': 'provider ' + name, 'aria-label': name },
    h(
      'header',
      null,
      h(
        'h2',
        null,
        h('i', {
          class: 'lamp ' + (dead ? 'bad' : trouble ? 'warn' : silent ? 'idle' : 'good'),
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
        : h('span', { class: 'dim' }, trouble || (silent ? 'nothing heard yet' : 'nothing lost')),
    ),
    h(
      'div',
      { class: 'strip', 'aria-hidden': 'true' },
      ['stored', 'copying', 'due', 'dead']
        .filter((key) => media[key])
        .map((key) => h('i', { class: 'fill ' + key, grow: Math.max(media[key], sum(media) / 60) })),
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
        { class: 'polls', 'data-key': 'failing' },
        failing.map((poll) => pollLine(poll)),
      ),
    well.length === 1 && h('ul', { class: 'polls', 'data-key': 'one' }, pollLine(well[0])),
    well.length > 1 &&
      h(
        'details',
        { class: 'polls', 'data-key': 'well' },
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
    { 'data-key': 'poll ' + poll.list },
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

// ---- Lists ----------------------------------------------------------------------------------------------------------

function renderViews() {
  const total = totals(state.summary);
  const counts = {
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

function renderContent() {
  const content = $('content');
  if (!state.view) {
    show(content);
    return;
  }
  const current = state.list && state.list.of === listPath();
  const list = state.list && (current || state.list.of.startsWith('/api/' + state.view + '?')) ? state.list : null;
  content.classList.toggle('loading', !current);
  const had = content.contains(document.activeElement) ? document.activeElement : null;
  const row = had && had.closest('tr');
  const index = row ? [...row.parentNode.children].indexOf(row) : -1;

  const parts = { 'dead-letters': deadLetters, tasks, media }[state.view](list ? list.items : []);
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
    const rowsNow = content.querySelectorAll('tbody tr');
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

function choice(label, name, values, counts) {
  const chosen = state.filters[name];
  const one = (value, text, count) =>
    h(
      'a',
      {
        href: address(state.view, { ...state.filters, [name]: value }),
        'aria-current': chosen === value || (!chosen && !value) ? 'true' : null,
      },
      text,
      count === undefined ? null : [' ', h('span', { class: 'count' }, number(count))],
    );
  return h(
    'div',
    { class: 'choice', role: 'group', 'aria-label': label },
    one(undefined, 'all'),
    values.map((value) => one(value, value, counts[value])),
  );
}

function providerSelect() {
  const names = Object.keys((state.summary && state.summary.providers) || {});
  const chosen = state.filters.provider || '';
  if (chosen && !names.includes(chosen)) names.push(chosen);
  return h(
    'label',
    { class: 'pick' },
    h('span', null, 'Provider'),
    h(
      'select',
      { 'data-action': 'provider' },
      h('option', { value: '', selected: !chosen }, 'all'),
      names.map((name) => h('option', { value: name, selected: name === chosen }, name)),
    ),
  );
}

function table(kind, caption, heads, rows) {
  return h(
    'table',
    { class: 'list ' + kind, role: 'table', 'data-key': 'table ' + kind },
    h('caption', { class: 'unseen' }, caption),
    h(
      'thead',
      { role: 'rowgroup' },
      h(
        'tr',
        { role: 'row' },
        heads.map((head) =>
          h('th', { scope: 'col', role: 'columnheader' }, head || h('span', { class: 'unseen' }, 'Action')),
        ),
      ),
    ),
    h('tbody', { role: 'rowgroup' }, rows),
  );
}

function cell(label, attributes, ...children) {
  return h('td', { role: 'cell', 'data-label': label, ...attributes }, ...children);
}

function mark(word) {
  return h('span', { class: 'mark-word ' + word }, h('i', { class: 'dot fill ' + word, 'aria-hidden': 'true' }), word);
}

function taskLink(provider, taskId) {
  return h('a', { class: 'id', href: taskAddress(provider, taskId), title: taskId }, taskId);
}

function acceptButton(provider, host) {
  if (!host) return null;
  return h(
    'button',
    { class: 'quiet', 'data-action': 'accept-host', 'data-provider': provider, 'data-host': host },
    'Accept ' + host,
  );
}

function deadLetters(items) {
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
              { 'data-key': 'reason ' + name, class: name === reason ? 'chosen' : null },
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
          { role: 'row', 'data-key': 'letter ' + item.id },
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

function sightings(task) {
  const streams = [task.callbackAt && 'callback', task.polledAt && 'poll'].filter(Boolean);
  if (task.callbackAt && task.polledAt && task.firstSeenBy === 'poll') streams.reverse();
  const text = streams.join(', then ') || task.firstSeenBy || 'not yet';
  return [
    h(
      'div',
      { class: task.status === 'succeeded' && task.polledAt && !task.callbackAt ? 'warn' : '' },
      task.polledAt && !task.callbackAt ? 'poll only' : text,
    ),
    streams.length > 0 && task.firstSeenBy === 'watch' && h('div', { class: 'under' }, 'watched'),
  ];
}

function beads(media) {
  const all = sum(media);
  if (!all) return h('span', { class: 'none' }, '–');
  const shown = all <= 8 ? MEDIA_STATES.flatMap((key) => Array(media[key] || 0).fill(key)) : [];
  const words = ['stored', 'copying', 'due', 'dead']
    .filter((key) => media[key])
    .map((key) => number(media[key]) + ' ' + key)
    .join(', ');
  return h(
    'div',
    { class: 'beads', title: words },
    shown.length > 0 &&
      h(
        'span',
        { class: 'row', 'aria-hidden': 'true' },
        shown.reverse().map((key) => h('i', { class: 'dot fill ' + key })),
      ),
    h('span', { class: 'dim' }, media.stored === all ? (all > 8 ? number(all) + ' stored' : 'stored') : words),
  );
}

function tasks(items) {
  const counts = totals(state.summary, state.filters.provider).tasks;
  return {
    nothing:
      state.filters.provider || state.filters.status
        ? 'No task matches.'
        : 'No task yet. The first callback or poll brings one.',
    controls: h('div', { class: 'controls' }, choice('Status', 'status', TASK_STATUSES, counts), providerSelect()),
    table: table(
      'tasks',
      'Tasks, newest first',
      ['Task', 'Status', 'Media', 'Seen by', 'Created', 'Finished'],
      items.map((task) =>
        h(
          'tr',
          { role: 'row', class: 'opens', 'data-key': 'task ' + task.provider + '/' + task.taskId },
          cell(
            'Task',
            { class: 'what' },
            h('div', { class: 'clip' }, taskLink(task.provider, task.taskId)),
            h(
              'div',
              { class: 'under clip' },
              [task.provider, task.model, task.externalTaskId].filter(Boolean).join(' · '),
            ),
          ),
          cell(
            'Status',
            null,
            mark(task.status),
            task.statusMessage && h('div', { class: 'under clip', title: task.statusMessage }, task.statusMessage),
          ),
          cell('Media', null, beads(task.media)),
          cell('Seen by', null, sightings(task)),
          cell('Created', { class: 'age' }, when(task.createdAt || task.firstSeenAt)),
          cell('Finished', { class: 'age' }, when(task.finishedAt)),
        ),
      ),
    ),
  };
}

function expiry(item) {
  if (item.state === 'stored') return h('span', { class: 'none' }, 'safe');
  if (!item.expiresAt) return h('span', { class: 'dim' }, 'unknown');
  const left = Date.parse(item.expiresAt) - now();
  return h('span', { class: urgency(left) }, left <= 0 ? 'died ' : '', when(item.expiresAt));
}

function media(items) {
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
          { role: 'row', class: 'opens', 'data-key': 'media ' + [item.provider, item.taskId, item.key].join('/') },
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

// ---- One task -------------------------------------------------------------------------------------------------------

function renderTask() {
  const dialog = $('task');
  if (!state.open || state.asksToken) {
    if (dialog.open) dialog.close();
    return;
  }
  const [provider, taskId] = state.open;
  const loaded = state.task && state.task.of === state.open.join('/') ? state.task : null;
  const task = loaded && loaded.value;
  show(
    dialog,
    h(
      'div',
      { class: 'sheet' },
      h(
        'header',
        null,
        h(
          'div',
          null,
          h('p', { class: 'dim' }, [provider, task && task.model].filter(Boolean).join(' · ')),
          h('h2', { id: 'task-title', class: 'id' }, taskId),
        ),
        h('button', { class: 'quiet', 'data-action': 'close', autofocus: true }, 'Close'),
      ),
      loaded && loaded.problem && h('p', { class: 'problem', role: 'alert' }, loaded.problem),
      !loaded && h('p', { class: 'dim' }, 'Asking…'),
      task && taskSheet(task),
    ),
  );
  if (!dialog.open) dialog.showModal();
}

function fact(label, value, attributes) {
  if (value === null || value === undefined || value === '') return null;
  return h('div', attributes, h('dt', null, label), h('dd', null, value));
}

function taskSheet(task) {
  const items = task.media || [];
  return [
    h(
      'div',
      { class: 'state-line' },
      mark(task.status),
      task.statusMessage && h('span', { class: 'message' }, task.statusMessage),
    ),
    h(
      'section',
      null,
      h('h3', null, 'Sightings'),
      h(
        'ol',
        { class: 'lanes' },
        lane('Callback', task.callbackAt, task.firstSeenBy === 'callback', 'none came'),
        lane('Poll', task.polledAt, task.firstSeenBy === 'poll', 'not seen yet'),
        task.firstSeenBy === 'watch' ? lane('Watch', task.firstSeenAt, true, '') : null,
      ),
      task.read &&
        h(
          'p',
          { class: 'read' },
          'A read of this task is due ',
          when(task.read.at),
          task.read.reason ? [': ', h('code', null, task.read.reason)] : null,
          task.read.attempts ? ', ' + plural(task.read.attempts, 'attempt', 'attempts') + ' so far' : '',
          '.',
        ),
    ),
    h(
      'dl',
      { class: 'facts' },
      fact('Created', exactly(task.createdAt)),
      fact('Updated', exactly(task.updatedAt)),
      fact('Finished', exactly(task.finishedAt)),
      fact('First seen', exactly(task.firstSeenAt)),
      fact('External id', task.externalTaskId, { class: 'id' }),
      fact('Units', task.units),
    ),
    h(
      'section',
      null,
      h('h3', null, 'Media ', h('span', { class: 'count' }, number(items.length))),
      items.length
        ? items.map((item) => mediaSheet(task.provider, item))
        : h('p', { class: 'empty' }, task.status === 'failed' ? 'The task failed and left none.' : 'None yet.'),
    ),
  ];
}

function lane(label, at, first, missing) {
  return h(
    'li',
    { class: at ? '' : 'missing' },
    h('i', { class: 'dot', 'aria-hidden': 'true' }),
    h('b', null, label),
    h('span', null, at ? exactly(at) : missing),
    first && h('small', { class: 'tag' }, 'first'),
  );
}

function mediaSheet(provider, item) {
  return h(
    'article',
    { class: 'media-sheet ' + item.state, 'data-key': 'media ' + item.key },
    h('header', null, h('h4', { class: 'id' }, item.key), h('span', { class: 'dim' }, item.kind), mark(item.state)),
    item.reason &&
      h(
        'p',
        { class: item.state === 'dead' ? 'problem' : 'read' },
        h('code', null, item.reason),
        item.detail ? ' ' + item.detail : '',
        item.state === 'dead'
          ? [' ', h('a', { href: address('dead-letters', { reason: item.reason }) }, 'To its dead letter')]
          : null,
        item.waitsForHost ? [' It waits for you. ', acceptButton(provider, item.refusedHost)] : null,
      ),
    h(
      'dl',
      { class: 'facts' },
      fact('Object', item.objectKey, { class: 'id wide' }),
      fact(
        'Size',
        item.size === null || item.size === undefined
          ? null
          : [size(item.size), item.size >= 1024 ? h('small', null, ' ' + number(item.size) + ' B') : null],
      ),
      fact('Type', item.contentType),
      fact('SHA-256', item.sha256, { class: 'id wide' }),
      fact('CRC32C', item.crc32c, { class: 'id' }),
      fact('Stored', exactly(item.storedAt)),
      fact('Source host', item.sourceHost, { class: 'id' }),
      item.state !== 'stored' ? fact('Source URL dies', item.expiresAt ? exactly(item.expiresAt) : 'unknown') : null,
      item.state === 'due' ? fact('Next attempt', exactly(item.dueAt)) : null,
      fact(
        'Attempts',
        number(item.attempts) + (item.refreshes ? ', ' + plural(item.refreshes, 'refresh', 'refreshes') : ''),
      ),
    ),
  );
}

const closeTask = () => {
  if (state.open) location.hash = address(state.view, state.filters);
};
$('task').addEventListener('cancel', (event) => {
  event.preventDefault();
  closeTask();
});
$('task').addEventListener('close', closeTask);

// ---- Doing ----------------------------------------------------------------------------------------------------------

let noticeTimer = 0;

function notice(text, bad) {
  const element = $('notice');
  element.hidden = false;
  element.classList.toggle('bad', Boolean(bad));
  element.textContent = text;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(
    () => {
      element.hidden = true;
      element.textContent = '';
    },
    bad ? 12000 : 6000,
  );
}

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

const actions = {
  pause() {
    state.paused = !state.paused;
    render();
    if (state.paused) clearTimeout(timer);
    else refresh();
  },
  forget() {
    askToken(null);
  },
  close: closeTask,
  skip(_, event) {
    event.preventDefault();
    $('content').focus();
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
  const row = event.target.closest('tr.opens');
  if (row && !event.target.closest('a, button') && String(getSelection()) === '') row.querySelector('a').click();
});

document.addEventListener('change', (event) => {
  if (event.target.dataset.action === 'provider') {
    location.hash = address(state.view, { ...state.filters, provider: event.target.value });
  }
});

function render() {
  document.body.classList.toggle('stale', Boolean(state.failure));
  $('token-form').hidden = !state.asksToken;
  $('times').hidden = state.asksToken;
  $('board').hidden = state.asksToken || !state.summary;
  renderHealth();
  renderPulse();
  if (!state.asksToken) {
    renderProviders();
    renderViews();
    renderContent();
  } else {
    for (const id of ['providers', 'views', 'content', 'task']) show($(id));
  }
  renderTask();
}

takeToken();
readAddress();
if (storage.get()) {
  render();
  refresh();
} else {
  askToken(null);
}
