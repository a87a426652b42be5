/** What the page knows, and what is chosen in it. */

export const PAGE = 25; // rows
export const TILES = 12; // tasks whose results are shown at once
export const NEAR = 60 * 60 * 1000; // a source URL that dies within the hour deserves a look
export const LATE = 2 * 60 * 1000; // a read that should have begun so long ago
export const LONG = 2 * 60 * 1000; // a result that waits so long does not just take its time
export const SILENT = 30 * 60 * 1000; // a list that was not read for so long
export const FEW = 5; // so many tasks without a callback may be chance
export const NONE = 3; // unless no callback came at all
export const TASK_STATUSES = ['submitted', 'processing', 'succeeded', 'failed'];
export const MEDIA_STATES = ['due', 'copying', 'stored', 'dead'];

export const VIEWS = { results: 'Results', 'dead-letters': 'Dead letters', tasks: 'Tasks', media: 'Media' };
export const FILTERS = { results: ['provider'], 'dead-letters': ['reason', 'provider'], tasks: ['provider', 'status', 'find'], media: ['state'] };

export const state = {
  summary: null,
  risk: null, // media that are not stored, nearest expiry first
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

export function totals(summary, only) {
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
