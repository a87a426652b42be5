/** A line at the foot of the page that goes by itself. */

import { $ } from './page.js';

let noticeTimer = 0;

export function notice(text, bad) {
  const element = $('notice');
  element.hidden = false;
  element.classList.toggle('bad', Boolean(bad));
  element.textContent = text;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(
    () => {
      element.hidden = true;
      element.textContent = '';
    },
    bad ? 12000 : 6000,
  );
}
