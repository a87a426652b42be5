/** Saves a stored media. What is too large for one answer is asked for in parts and put together by the browser. */

import { notice } from './notice.js';
import { number } from './words.js';

export const WHOLE = 16 * 1024 * 1024; // bytes that the API gives at once

export async function saveInParts(href, size, name) {
  const parts = [];
  let have = 0;
  try {
    while (have < size) {
      const answer = await fetch(href, { headers: { Range: 'bytes=' + have + '-' }, redirect: 'error' });
      if (answer.status !== 206) throw new Error('HTTP ' + answer.status);
      const part = await answer.blob();
      if (!part.size) throw new Error('an empty part');
      parts.push(part);
      have += part.size;
      notice('Saving ' + name + ': ' + number(Math.floor((100 * have) / size)) + ' %');
    }
  } catch (problem) {
    notice('Not saved. ' + problem.message + '.', true);
    return;
  }
  const url = URL.createObjectURL(new Blob(parts));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}
