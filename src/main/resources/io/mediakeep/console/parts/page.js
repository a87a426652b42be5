/**
 * Builds the page. Every text is set as text: ids and messages come from outside and are never read as markup. Each refresh
 * describes the page anew and only the differences are carried over, so focus, scroll position and selection stay.
 */
import { Fragment, h, render } from './preact.js';

export { h };

export const $ = (id) => document.getElementById(id);

/** Makes the children of an element equal to those given. */
export function show(element, ...children) {
  render(h(Fragment, null, children), element);
}
