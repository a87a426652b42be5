/** Where we are: #tasks?provider=kling&status=failed&open=kling/123 */

import { query } from './api.js';
import { FILTERS, VIEWS, state } from './state.js';

export function address(view, parameters) {
  return '#' + (view || '') + query(parameters || {});
}

export function readAddress() {
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

export const taskAddress = (provider, taskId) => address(state.view, { ...state.filters, open: provider + '/' + taskId });
