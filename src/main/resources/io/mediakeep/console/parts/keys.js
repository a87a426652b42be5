/** What keys do, where nobody writes and nothing is open. */

import { $ } from './page.js';

const SWITCH = 'mediakeep.keys';

function on() {
  try {
    return localStorage.getItem(SWITCH) !== 'off';
  } catch {
    return true; // Storage is off.
  }
}

/** Who speaks to the browser may not want single letters to do anything. */
export function switchKeys(wanted) {
  try {
    localStorage.setItem(SWITCH, wanted ? 'on' : 'off');
  } catch {
    // As above.
  }
}

export function openKeys() {
  $('keys-on').checked = on();
  $('keys').showModal();
}

export function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !on()) return;
  if (event.target.closest('input, textarea, select, dialog, audio, video') || document.querySelector('dialog[open]')) return;
  if (event.key === '/') $('find').focus();
  else if (event.key === '?') openKeys();
  else if (event.key === 'j') move(1);
  else if (event.key === 'k') move(-1);
  else return;
  event.preventDefault();
}

function move(by) {
  const lines = [...$('content').querySelectorAll('tbody tr, .tile')].map((line) => line.querySelector('a, button'));
  const at = lines.findIndex((link) => link && link.parentNode.closest('tr, .tile').contains(document.activeElement));
  const next = lines[at < 0 ? 0 : Math.min(Math.max(at + by, 0), lines.length - 1)];
  if (next) next.focus();
}
