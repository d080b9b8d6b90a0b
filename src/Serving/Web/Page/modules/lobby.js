// Before a call: who to call, a large picture of them, the button.

import { getJson } from './api.js';
import { startCall } from './call.js';
import { byId, pause } from './dom.js';
import { enterDrawing, leaveDrawing } from './drawing.js';
import { loadGallery, rechoose } from './gallery.js';
import { clearNotices } from './notices.js';
import { acceptPictures, enterPicture, leavePicture } from './picture.js';
import { store } from './store.js';
import { createTabs } from './tabs.js';

const lobby = byId('lobby');
const hero = byId('heroPicture');
const callButton = byId('callButton');
const retryMs = 2000;

const tabs = createTabs(byId('sources'), enter);

function enter(name) {
    leaveDrawing();
    leavePicture();
    if (name === 'gallery') rechoose();
    if (name === 'drawing') enterDrawing();
    if (name === 'picture') enterPicture();
}

/** Asks the server what there is, until it answers. */
export async function openLobby() {
    for (;;) {
        try {
            store.set({ status: await getJson('/api/status'), statusError: null });
            await loadGallery();
            return;
        } catch (error) {
            store.set({ statusError: error.message });
            if (error.status === 401) return;
            await pause(retryMs);
        }
    }
}

store.watch(state => state.character, character => {
    callButton.disabled = !character;
    byId('heroName').textContent = character?.name ?? ' ';
    callButton.setAttribute('aria-label', character ? `Call ${character.name}` : 'Call');
    if (character) showPicture(character.picture);
});

let wanted = '';

/** Changes the large picture once the new one has come, so that nothing flashes. */
async function showPicture(address) {
    wanted = address;
    const image = new Image();
    image.src = address;
    hero.parentElement.classList.add('loading');
    await image.decode().catch(() => {});
    if (wanted !== address) return;
    hero.parentElement.classList.remove('loading');
    hero.src = address;
    hero.hidden = false;
}

store.watch(state => state.status, status => {
    if (!status) return;
    const parts = [status.model, `${status.picture} px`, `${status.framesPerSecond} fps`];
    byId('modelLine').textContent = parts.filter(Boolean).join(' · ');
    const free = status.capacity - status.sessions;
    byId('lineState').textContent = free > 0 ? (free === 1 ? '1 line free' : `${free} lines free`) : 'All lines busy';
    byId('lineState').classList.toggle('busy', free <= 0);
});

store.watch(state => state.statusError, text => {
    byId('serverProblem').hidden = !text;
    byId('serverProblemText').textContent = text ?? '';
    if (text) byId('lineState').textContent = 'Not connected';
});

store.watch(state => state.phase === 'lobby', (shown, before) => {
    lobby.hidden = !shown;
    document.body.classList.toggle('in-call', !shown);
    if (shown && before === false) {
        callButton.focus();
        getJson('/api/status').then(status => store.set({ status }), () => {});
    }
});

callButton.addEventListener('click', () => {
    clearNotices();
    startCall();
});
byId('gallery').addEventListener('dblclick', () => callButton.click());
acceptPictures(() => {
    tabs.select('picture');
    enter('picture');
});
tabs.select('gallery');
