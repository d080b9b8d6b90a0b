// Short notes at the top of the page, read aloud by screen readers.

import { byId, icon, make } from './dom.js';

const shownMs = 7000;
const most = 3;

/** @param {'plain'|'good'|'error'} kind errors interrupt a screen reader, the others wait */
export function notify(text, kind = 'plain') {
    const list = byId(kind === 'error' ? 'alerts' : 'notices');
    for (const same of list.children) if (same.dataset.text === text) same.remove();
    while (list.children.length >= most) list.firstElementChild.remove();

    const note = make('div', { className: `notice ${kind}` }, make('p', { textContent: text }));
    note.dataset.text = text;
    const close = make('button', { className: 'plain-button', type: 'button', 'aria-label': 'Dismiss', onclick: () => note.remove() }, icon('close'));
    note.append(close);
    list.append(note);
    setTimeout(() => note.remove(), Math.max(shownMs, 70 * text.length));
}

export function clearNotices() {
    byId('alerts').replaceChildren();
    byId('notices').replaceChildren();
}
