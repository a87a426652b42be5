/** The list of tasks. */

import { address } from './address.js';
import { choice, providerSelect } from './filters.js';
import { h } from './page.js';
import { beads, cell, mark, table, taskLink } from './pieces.js';
import { TASK_STATUSES, state, totals } from './state.js';
import { when } from './words.js';

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

export function tasks(items) {
  const counts = totals(state.summary, state.filters.provider).tasks;
  return {
    nothing:
      state.filters.provider || state.filters.status || state.filters.find
        ? 'No task matches.'
        : 'No task yet. The first callback or poll brings one.',
    controls: h(
      'div',
      { class: 'controls' },
      state.filters.find
        ? h('p', null, 'Tasks with ', h('code', null, state.filters.find), ' ', h('a', { href: address('tasks', { provider: state.filters.provider }) }, 'Show all'))
        : choice('Status', 'status', TASK_STATUSES, counts),
      providerSelect(),
    ),
    table: table(
      'tasks',
      'Tasks, newest first',
      ['Task', 'Status', 'Media', 'Seen by', 'Created', 'Finished'],
      items.map((task) =>
        h(
          'tr',
          { role: 'row', class: 'opens', key: 'task ' + task.provider + '/' + task.taskId },
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
