/** What a reason means and what to do about it. */

import { h } from './page.js';
import { OF_MEDIA, OF_OTHERS } from './reasons.js';

/** The text with what stands in backticks as code. */
function written(text) {
  return text.split('`').map((part, i) => (i % 2 ? h('code', null, part) : part));
}

/** @param kind media, task, callback or payload; undefined where a letter of any kind may have the reason */
export function explain(reason, kind) {
  const texts = kind === 'media' ? [OF_MEDIA, OF_OTHERS] : kind ? [OF_OTHERS, OF_MEDIA] : [OF_MEDIA, OF_OTHERS];
  const found = texts.find((table) => Object.hasOwn(table, reason));
  if (!found) return null;
  const [cause, remedy] = found[reason];
  return h('p', { class: 'explained' }, written(cause), '. ', h('b', null, 'To do: '), written(remedy), '.');
}
