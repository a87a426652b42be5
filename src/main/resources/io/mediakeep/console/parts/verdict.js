/** What the operator must know first, and what is good to know beside it. Knows nothing of the page. */

import { FEW, LATE, LONG, NEAR, NONE, SILENT, totals } from './state.js';
import { now, number, plural, span, sum, utc } from './words.js';

/**
 * @returns { tone, sentence, beside }: the tone is bad, warn, busy, good or idle; beside are pairs of weight and sentence. What
 *     is told first is what can be lost soonest. "Safe" is only said of results that are stored, and of no result that is not.
 */
export function judge({ summary, failure, risk, answeredAt }) {
  if (failure) return broken(failure, summary, answeredAt);
  if (!summary) return { tone: 'idle', sentence: 'Asking Mediakeep…', beside: [] };

  const providers = Object.entries(summary.providers);
  const total = totals(summary);
  const waiting = total.media.due + total.media.copying;
  const facts = [
    ...trouble(summary, waiting, total),
    ...copying(summary, risk || [], waiting),
    ...providers.flatMap(([name, provider]) => streams(name, provider)).map((sentence) => ['warn', sentence]),
    ...announcements(summary),
  ];
  if (!facts.length) facts.push(calm(providers, total, waiting));
  const left = summary.nearestExpiry ? Date.parse(summary.nearestExpiry) - now() : null;
  if (left !== null && left >= NEAR) facts.push(['calm', 'Nearest source URL dies in ' + span(left) + '.']);
  const callbacks = summary.callbacksWaiting || 0;
  if (callbacks) facts.push(['calm', plural(callbacks, 'callback waits to be read.', 'callbacks wait to be read.')]);
  if (waiting && facts[0][0] !== 'busy') {
    facts.push(['calm', plural(waiting, 'result is not stored yet.', 'results are not stored yet.')]);
  }
  const running = total.tasks.submitted + total.tasks.processing;
  if (running) facts.push(['calm', plural(running, 'task is running.', 'tasks are running.')]);
  return { tone: facts[0][0], sentence: facts[0][1], beside: facts.slice(1) };
}

function broken(failure, summary, answeredAt) {
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
      ['calm', summary ? 'What stands below is ' + span(Date.now() - answeredAt) + ' old.' : 'Trying again every 5 s.'],
    ],
  };
}

/** What nobody but the operator mends. */
function trouble(summary, waiting, total) {
  const facts = [];
  const storage = summary.storage && summary.storage.problem;
  if (storage) {
    facts.push([
      'bad',
      waiting
        ? 'The storage cannot be used: ' + plural(waiting, 'result waits for it.', 'results wait for it.')
        : 'The storage cannot be used.',
    ]);
    facts.push(['calm', sentence(storage) + ' Callbacks are taken meanwhile.']);
  }
  const ledger = summary.ledger && summary.ledger.problem;
  if (ledger) facts.push(['bad', 'There is no room: ' + ledger + '.']);
  const dead = sum(summary.deadLetters);
  if (dead) facts.push(['bad', plural(dead, 'dead letter needs you.', 'dead letters need you.')]);
  else if (total.media.dead) facts.push(['bad', plural(total.media.dead, 'result is dead.', 'results are dead.')]);
  return facts;
}

/** Results that are not stored, as far as they do not just take their time. */
function copying(summary, risk, waiting) {
  const facts = [];
  const left = summary.nearestExpiry ? Date.parse(summary.nearestExpiry) - now() : null;
  if (left !== null && left <= 0) facts.push(['bad', 'A source URL died before its result was stored.']);
  else if (left !== null && left < NEAR) facts.push(['warn', 'Nearest source URL dies in ' + span(left) + '.']);
  const hosts = sum(Object.values(summary.providers).map((provider) => provider.waitsForHost));
  if (hosts) facts.push(['warn', plural(hosts, 'result waits', 'results wait') + ' for you to accept a host.']);
  if (summary.storage && summary.storage.problem) return facts;
  const failing = risk.filter((item) => item.state === 'due' && item.reason && !item.waitsForHost);
  const oldest = Math.min(...risk.filter((item) => item.state !== 'dead').map((item) => Date.parse(item.addedAt)));
  const since = now() - oldest;
  if (failing.length && since > LONG) {
    facts.push([
      'warn',
      'Copies fail: ' +
        plural(failing.length, 'result', 'results') +
        ' could not be stored for up to ' +
        span(since) +
        '.',
    ]);
  } else if (since > LONG && Number.isFinite(since) && waiting > hosts) {
    facts.push(['warn', plural(waiting, 'result waits', 'results wait') + ' to be stored, for up to ' + span(since) + '.']);
  }
  return facts;
}

/** What is wrong with the two streams that tell of the tasks of a provider. */
export function streams(name, provider) {
  return [failingPolls(name, provider), lateReads(name, provider), missingCallbacks(name, provider)].filter(Boolean);
}

export function failingPolls(name, provider) {
  const polls = provider.polls || [];
  if (polls.some((poll) => poll.problem || poll.failures)) return 'Polling ' + name + ' fails.';
  const last = Math.min(...polls.filter((poll) => poll.succeededAt).map((poll) => Date.parse(poll.succeededAt)));
  return now() - last > SILENT ? name + ' has not been polled for ' + span(now() - last) + '.' : null;
}

export function lateReads(name, provider) {
  const late = provider.oldestDueRead ? now() - Date.parse(provider.oldestDueRead) : 0;
  return late > LATE ? 'Reads of ' + name + ' are ' + span(late) + ' late.' : null;
}

export function missingCallbacks(name, provider) {
  const { seen = 0, missed = 0, missedLately = 0, expected } = provider.callbacks || {};
  if (!expected) return null;
  if (!seen && (missed >= NONE || missedLately)) {
    return '0 of ' + plural(missed, 'callback', 'callbacks') + ' of ' + name + ' came: can its callback URL be reached?';
  }
  return missedLately > FEW ? number(missedLately) + ' callbacks of ' + name + ' did not come in the last hour.' : null;
}

function announcements(summary) {
  const oldest = summary.announcements && summary.announcements.oldestUnsent;
  const since = oldest ? now() - Date.parse(oldest) : 0;
  return since > SILENT / 2 ? [['warn', 'Announcements have not been sent for ' + span(since) + '.']] : [];
}

function calm(providers, total, waiting) {
  if (!providers.length) return ['idle', 'No provider is on.'];
  if (waiting) return ['busy', plural(waiting, 'result is on its way.', 'results are on their way.')];
  if (!total.tasks.any) return ['idle', 'No task yet.'];
  return total.media.stored ? ['good', 'All results are safe.'] : ['idle', 'No result yet.'];
}

function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1) + '.';
}
