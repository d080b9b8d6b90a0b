// What is said, as text over the picture; a live region, so a screen reader says it too.

import { byId, make } from './dom.js';
import { store } from './store.js';

const lingerMs = 6000; // after the last word
const most = 2;        // lines: what the user said, and the answer
const list = byId('captions');
let clearing;

store.watch(state => state.caption, caption => {
    if (!caption) return list.replaceChildren();
    if (caption.turn < store.get().turn) return; // interrupted meanwhile
    const who = caption.from === 'user' ? 'user' : 'character';
    const last = list.lastElementChild;
    // a caption that grows word by word stays one line
    if (last && last.dataset.turn === String(caption.turn) && last.dataset.who === who && caption.text.startsWith(last.textContent))
        last.textContent = caption.text;
    else list.append(line(caption, who));
    while (list.children.length > most) list.firstElementChild.remove();
    lingerThenClear();
});

function line({ text, turn }, who) {
    const element = make('p', { className: `caption ${who}`, textContent: text });
    Object.assign(element.dataset, { turn, who });
    return element;
}

function lingerThenClear() {
    clearTimeout(clearing);
    if (!store.get().speaking) clearing = setTimeout(() => list.replaceChildren(), lingerMs);
}

store.watch(state => state.speaking, lingerThenClear);
store.watch(state => state.turn, turn => {
    for (const old of [...list.children]) if (Number(old.dataset.turn) < turn && old.dataset.who === 'character') old.remove();
});
store.watch(state => state.captionsOn, on => list.classList.toggle('visually-hidden', !on));
