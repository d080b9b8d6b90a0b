// The buttons of a call, and its keys.

import { hangUp } from './call.js';
import { stopSpeaking } from './composer.js';
import { byId, relabel } from './dom.js';
import { recall, remember } from './preferences.js';
import { store } from './store.js';
import { closeVoicePanel } from './voices.js';

const view = byId('call');
const microphoneButton = byId('microphoneButton');
const interruptButton = byId('interruptButton');
const fullScreenButton = byId('fullScreenButton');

const flip = name => {
    store.set({ [name]: !store.get()[name] });
    remember(name, store.get()[name]);
};

function toggleFullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else view.requestFullscreen?.({ navigationUI: 'hide' }).catch(() => {});
}

byId('hangUpButton').addEventListener('click', hangUp);
byId('composerButton').addEventListener('click', () => flip('composerOpen'));
byId('captionsButton').addEventListener('click', () => flip('captionsOn'));
byId('detailsButton').addEventListener('click', () => flip('detailsOpen'));
interruptButton.addEventListener('click', stopSpeaking);
fullScreenButton.addEventListener('click', toggleFullScreen);
fullScreenButton.hidden = !document.fullscreenEnabled;
document.addEventListener('fullscreenchange', () => {
    const full = Boolean(document.fullscreenElement);
    relabel(fullScreenButton, full ? 'shrink' : 'expand', full ? 'Leave full screen (F)' : 'Full screen (F)');
});

const keys = {
    m: () => microphoneButton.click(), d: () => byId('detailsButton').click(), c: () => byId('captionsButton').click(),
    f: () => fullScreenButton.hidden || toggleFullScreen(),
};

addEventListener('keydown', event => {
    if (store.get().phase === 'lobby' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') return escape();
    if (event.target.closest('input, textarea, select, [role=tab]')) return;
    keys[event.key.toLowerCase()]?.();
});

/** The innermost thing that is open or going on. */
function escape() {
    if (closeVoicePanel()) return;
    if (store.get().speaking) stopSpeaking();
    else if (store.get().detailsOpen) store.set({ detailsOpen: false });
}

const microphoneLooks = {
    off: ['mic-off', 'Turn microphone on (M)'], asking: ['mic', 'Waiting for permission'], on: ['mic', 'Mute microphone (M)'],
    muted: ['mic-off', 'Unmute microphone (M)'], denied: ['mic-off', 'Microphone is blocked'], missing: ['mic-off', 'No microphone found'],
    unavailable: ['mic-off', 'Microphone needs HTTPS or localhost'],
};

store.watch(state => state.microphone, microphone => {
    relabel(microphoneButton, ...microphoneLooks[microphone]);
    microphoneButton.setAttribute('aria-pressed', String(microphone === 'on'));
    microphoneButton.classList.toggle('warned', ['denied', 'missing', 'unavailable'].includes(microphone));
    document.body.dataset.microphone = microphone;
});
store.watch(state => state.microphoneLevel, level => view.style.setProperty('--level', level.toFixed(2)));

store.watch(state => state.speaking, speaking => {
    view.classList.toggle('speaking', speaking);
    interruptButton.disabled = !speaking;
});
store.watch(state => state.composerOpen, open => {
    byId('composer').hidden = !open;
    byId('composerButton').setAttribute('aria-expanded', String(open));
    view.classList.toggle('composing', open);
});
store.watch(state => state.captionsOn, on => {
    byId('captionsButton').setAttribute('aria-pressed', String(on));
    byId('captionsButton').querySelector('use').setAttribute('href', `#icon-captions${on ? '' : '-off'}`);
});
store.watch(state => state.phase, phase => {
    view.hidden = phase === 'lobby';
    view.dataset.phase = phase;
    byId('composerButton').disabled = phase !== 'connected';
    if (phase === 'lobby' && document.fullscreenElement) document.exitFullscreen();
});
store.watch(state => state.character, character => {
    byId('callName').textContent = character?.name ?? '';
    byId('video').setAttribute('aria-label', `Live video of ${character?.name ?? 'the character'}`);
    if (character) byId('poster').src = character.picture;
});

const activities = { calling: 'Calling…', reconnecting: 'Reconnecting…', refused: 'No line free yet' };
store.watch(state => activities[state.phase] ?? (state.speaking ? 'Speaking' : 'Listening'), activity => {
    byId('activity').textContent = activity;
});

setInterval(() => {
    const { connectedAt } = store.get();
    const seconds = connectedAt === null ? 0 : Math.floor((performance.now() - connectedAt) / 1000);
    byId('clock').textContent = connectedAt === null ? '' : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}, 500);

// the screen of a phone stays on during a call
let wakeLock = null;
async function keepAwake() {
    const inCall = store.get().phase !== 'lobby';
    if (inCall && document.visibilityState === 'visible') wakeLock ??= await navigator.wakeLock?.request('screen').catch(() => null);
    else if (wakeLock) { wakeLock.release(); wakeLock = null; }
    wakeLock?.addEventListener('release', () => { wakeLock = null; }, { once: true });
}
store.watch(state => state.phase === 'lobby', keepAwake);
document.addEventListener('visibilitychange', keepAwake);

for (const name of ['composerOpen', 'captionsOn']) store.set({ [name]: recall(name, true) });
