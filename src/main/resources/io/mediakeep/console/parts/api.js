/** Talks to the API, with the token. */

import { PAGE, TILES, state } from './state.js';

const ANSWER_WITHIN = 10000;

const TOKEN = 'mediakeep.api.token';

export class Problem extends Error {
  constructor(text, { status = 0, unreachable = false } = {}) {
    super(text);
    this.status = status;
    this.unreachable = unreachable;
  }
}

export const storage = {
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
export function takeToken() {
  const [, given] = /^#token=(.+)$/.exec(location.hash) || [];
  if (!given) return false;
  history.replaceState(null, '', location.pathname + location.search);
  storage.set(given);
  return true;
}

export async function call(path, method = 'GET', given) {
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

export function query(parameters) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value) search.set(name, value);
  const text = search.toString();
  return text && '?' + text;
}

export function listPath() {
  const after = state.trail[state.trail.length - 1];
  const { view, filters } = state;
  if (view === 'results') return '/api/tasks' + query({ ...filters, status: 'succeeded', with: 'outputs', limit: TILES, after });
  return '/api/' + view + query({ ...filters, limit: PAGE, after });
}

export async function readSummary() {
  const summary = await call('/api/summary');
  // Anything else would count as nothing dead and nothing waiting, and be called safe.
  if (!summary.providers || !summary.deadLetters) throw new Problem('The answer is no summary', { status: 200 });
  return summary;
}

export async function readTask([provider, taskId]) {
  // A path step of dots would ask for something else; no encoding prevents that.
  if (/^\.{1,2}$/.test(taskId)) throw new Problem('An id of dots alone cannot be part of an address');
  return call('/api/tasks/' + encodeURIComponent(provider) + '/' + encodeURIComponent(taskId));
}
