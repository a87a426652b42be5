/** Tries what a provider's mapping makes of a payload. */

import { call } from './api.js';
import { $, h, show } from './page.js';

let provider = null;

export function openMapping(name) {
  provider = name;
  $('mapping-title').textContent = 'Try the mapping of ' + name;
  show($('mapping-result'));
  $('mapping').showModal();
  $('payload').focus();
}

export async function tryMapping() {
  let payload;
  try {
    payload = JSON.parse($('payload').value);
  } catch (problem) {
    tell(problem.message);
    return;
  }
  const asked = provider;
  try {
    const event = await call('/api/normalize/' + encodeURIComponent(asked), 'POST', payload);
    if (asked === provider) show($('mapping-result'), h('pre', { tabindex: 0, 'aria-label': 'Event' }, JSON.stringify(event, null, 2)));
  } catch (problem) {
    if (asked === provider) tell(problem.message);
  }
}

function tell(text) {
  show($('mapping-result'), h('p', { class: 'problem' }, text));
}
