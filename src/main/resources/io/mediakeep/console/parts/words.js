/** Numbers, times and sizes as the reader wants them. */

import { h } from './page.js';

let skew = 0; // ms that the server's clock is ahead of ours

export const now = () => Date.now() + skew;

export const number = (n) => new Intl.NumberFormat('en').format(n || 0);

export const sum = (counts) => Object.values(counts || {}).reduce((total, n) => total + (n || 0), 0);

export function plural(n, one, many) {
  return number(n) + ' ' + (n === 1 ? one : many);
}

/** 12 s, 42 min, 2 h 10 min, 3 d 4 h, 20 d; two parts only where the smaller one still matters. */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return seconds + '\u00a0s';
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return minutes + '\u00a0min';
  const hours = Math.floor(minutes / 60);
  if (hours < 24)
    return hours + '\u00a0h' + (hours < 12 && minutes % 60 ? '\u00a0' + (minutes % 60) + '\u00a0min' : '');
  const days = Math.floor(hours / 24);
  return number(days) + '\u00a0d' + (days < 7 && hours % 24 ? '\u00a0' + (hours % 24) + '\u00a0h' : '');
}

export function utc(time) {
  const parsed = new Date(time);
  return Number.isNaN(parsed.getTime()) ? String(time) : parsed.toISOString().slice(0, 19).replace('T', ' ');
}

/** A moment as the reader wants it in a list: how long ago, or in how long; the exact time on hover. */
export function when(time) {
  if (!time) return h('span', { class: 'none' }, '–');
  const ahead = Date.parse(time) - now();
  const text = Number.isNaN(ahead) ? String(time) : ahead > 0 ? 'in ' + span(ahead) : span(-ahead) + ' ago';
  return h('time', { datetime: time, title: utc(time) + ' UTC' }, text);
}

export function exactly(time) {
  if (!time) return null;
  return h('span', null, h('time', { datetime: time }, utc(time)), ' ', h('small', null, when(time)));
}

export function size(bytes) {
  if (bytes === null || bytes === undefined) return null;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return (unit && value < 100 ? value.toFixed(1) : number(Math.round(value))) + ' ' + units[unit];
}

/** How far the server's clock is ahead of ours, in ms. */
export const ahead = () => skew;

/** @param at the server's clock, ms */
export function keepTime(at) {
  skew = at - Date.now();
}
