/** Pictures, videos and sounds of stored media. */

import { h } from './page.js';
import { WHOLE } from './save.js';
import { now } from './words.js';

const AGAIN = 3; // tries to load what was not given, for example because many look at media at once
const PAUSE = 1500; // ms
const FRAME = '#t=0.5'; // many fade in from black
const kept = new Map();

/** The link to a stored media: the same for as long as it is good, so that nothing is loaded twice. */
function link(provider, taskId, item) {
  const key = JSON.stringify([provider, taskId, item.key, item.sha256 || item.crc32c]);
  const until = Number(new URLSearchParams((kept.get(key) || '').split('?')[1]).get('until')) * 1000;
  if (!(until > now() + 60000)) kept.set(key, item.link);
  return kept.get(key);
}

export function downloadLink(provider, taskId, item) {
  return link(provider, taskId, item) + '&download=1';
}

/** What a media looks like; nothing where there is nothing to see or hear. With controls it can be played. */
export function preview(provider, taskId, item, controls) {
  if (!item.link) return null;
  const src = link(provider, taskId, item);
  const label = item.kind + ' ' + item.key;
  const shared = { key: src, src, onError: tryAgain };
  if (item.kind === 'image') return item.size > WHOLE ? null : h('img', { ...shared, alt: label, loading: 'lazy', decoding: 'async' });
  if (item.kind === 'video') {
    return h('video', {
      ...shared,
      src: controls ? src : src + FRAME,
      'aria-label': label,
      controls,
      muted: !controls,
      playsinline: true,
      preload: 'metadata',
      tabindex: controls ? null : -1,
    });
  }
  if (item.kind === 'audio' && controls) {
    return h('audio', { ...shared, 'aria-label': label, controls, preload: 'none' });
  }
  return null;
}

function tryAgain({ target }) {
  const tries = Number(target.dataset.tries) || 0;
  if (tries >= AGAIN) return;
  target.dataset.tries = tries + 1;
  setTimeout(() => target.isConnected && (target.src = target.getAttribute('src')), PAUSE * (tries + 1));
}
