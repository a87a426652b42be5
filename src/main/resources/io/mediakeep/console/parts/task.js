/** One task, in a sheet above the page. */

import { address } from './address.js';
import { flight } from './flight.js';
import { $, h, show } from './page.js';
import { acceptButton, mark } from './pieces.js';
import { downloadLink, preview } from './preview.js';
import { explain } from './reason.js';
import { state } from './state.js';
import { timeline } from './timeline.js';
import { exactly, number, plural, size } from './words.js';

export function renderTask() {
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
      h('h3', null, 'Time line'),
      timeline(task),
      task.read && task.read.attempts > 0 &&
        h('p', { class: 'read' }, 'This read has failed ', plural(task.read.attempts, 'time', 'times'), '.'),
    ),
    h(
      'dl',
      { class: 'facts' },
      fact('Updated', exactly(task.updatedAt)),
      fact('External id', task.externalTaskId, { class: 'id' }),
      fact('Units', task.units),
    ),
    h(
      'p',
      { class: 'line' },
      h('button', { class: 'quiet', 'data-action': 'copy', 'data-text': curl(task) }, 'Copy curl line'),
    ),
    h(
      'section',
      null,
      h('h3', null, 'Media ', h('span', { class: 'count' }, number(items.length))),
      items.length
        ? items.map((item) => mediaSheet(task, item))
        : h('p', { class: 'empty' }, task.status === 'failed' ? 'The task failed and left none.' : 'None yet.'),
    ),
  ];
}

/** In single quotes, which nothing in an address ends. */
function curl(task) {
  const path = [task.provider, task.taskId].map((step) => encodeURIComponent(step).replace(/'/g, '%27')).join('/');
  return 'curl -H "Authorization: Bearer $(cat data/api-token)" \'' + location.origin + '/api/tasks/' + path + "'";
}

function mediaSheet(task, item) {
  const { provider, taskId } = task;
  return h(
    'article',
    { class: 'media-sheet ' + item.state, key: 'media ' + item.key },
    h('header', null, h('h4', { class: 'id' }, item.key), h('span', { class: 'dim' }, item.kind), mark(item.state)),
    item.link && h('div', { class: 'show ' + item.kind }, preview(provider, taskId, item, true)),
    item.link &&
      h(
        'p',
        { class: 'line' },
        h(
          'a',
          {
            class: 'button',
            href: downloadLink(provider, taskId, item),
            download: '',
            'data-action': 'save',
            'data-size': item.size,
            'data-name': item.objectKey.split('/').pop(),
          },
          'Download',
        ),
        h('button', { class: 'quiet', 'data-action': 'copy', 'data-text': item.objectKey }, 'Copy object key'),
      ),
    item.state === 'copying' && h('p', null, flight(provider, taskId, item)),
    item.reason &&
      h(
        'div',
        { class: item.state === 'dead' ? 'problem' : 'read' },
        h('code', null, item.reason),
        item.detail ? ' ' + item.detail : '',
        item.state === 'dead'
          ? [' ', h('a', { href: address('dead-letters', { reason: item.reason }) }, 'To its dead letter')]
          : null,
        explain(item.reason, 'media'),
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

export const closeTask = () => {
  if (state.open) location.hash = address(state.view, state.filters);
};
