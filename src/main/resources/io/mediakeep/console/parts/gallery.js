/** What was brought home: the media of succeeded tasks, newest first. */

import { taskAddress } from './address.js';
import { providerSelect } from './filters.js';
import { h } from './page.js';
import { mark } from './pieces.js';
import { preview } from './preview.js';
import { state } from './state.js';
import { size, when } from './words.js';

const SIGNS = { audio: '♪', model: '◆', text: '¶', archive: '▤', video: '▶', image: '▦' };

export function gallery(items) {
  return {
    nothing: state.filters.provider ? 'No result of this provider yet.' : 'No result yet. It appears here as soon as a task has succeeded.',
    controls: h('div', { class: 'controls' }, h('p', { class: 'dim' }, 'Newest tasks first'), providerSelect()),
    table: h(
      'ul',
      { class: 'gallery', key: 'gallery' },
      items.flatMap((task) => (task.outputs || []).map((item) => tile(task, item))),
    ),
  };
}

function tile(task, item) {
  return h(
    'li',
    { key: [task.provider, task.taskId, item.key].join('/'), class: 'tile opens' },
    h(
      'div',
      { class: 'picture ' + item.kind },
      preview(task.provider, task.taskId, item, false) ||
        h('span', { class: 'sign', 'aria-hidden': 'true' }, item.link ? SIGNS[item.kind] : '…'),
      item.link && item.kind === 'video' && h('span', { class: 'badge', 'aria-hidden': 'true' }, '▶'),
    ),
    h('a', { class: 'id clip', href: taskAddress(task.provider, task.taskId), title: item.key }, item.key),
    h(
      'span',
      { class: 'under clip', title: task.taskId },
      [task.provider, task.model || task.taskId].filter(Boolean).join(' · '),
    ),
    h(
      'span',
      { class: 'under' },
      item.link ? [size(item.size), ' · ', when(item.storedAt)] : mark(item.state),
    ),
  );
}
