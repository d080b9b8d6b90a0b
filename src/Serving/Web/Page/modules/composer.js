// The ways to make a character speak: type, your own voice, a file, an assistant.

import { largestSound, longestText } from './config.js';
import { byId } from './dom.js';
import { needMicrophone, toggleMicrophone } from './microphone.js';
import { notify } from './notices.js';
import { interrupt, playSound, say } from './session.js';
import { hush } from './stage.js';
import { store } from './store.js';
import { createTabs } from './tabs.js';
import { chosenVoice } from './voices.js';

const form = byId('sayForm');
const text = byId('sayText');
const soundInput = byId('soundInput');
const soundState = byId('soundState');
const tabs = createTabs(byId('ways'), way => {
    store.set({ way });
    if (way === 'voice' || way === 'assistant') needMicrophone();
});
const soundHint = 'WAV, MP3, Ogg, M4A, or a video';
let lastSaid = '';

/** Says a text; what is being said stops. */
async function speak(words) {
    const { session, phase } = store.get();
    if (!words || phase !== 'connected') return;
    lastSaid = words;
    byId('suggestions').hidden = true;
    const { voice, rate } = chosenVoice();
    await begin(say(session, words, voice, rate));
}

/** Stops what is being said: silent here at once, on the server within a frame. */
export async function stopSpeaking() {
    const { session, phase } = store.get();
    if (phase === 'connected') await begin(interrupt(session));
}

/** Plays a sound file through the character. */
export async function playFile(file) {
    const { session, phase } = store.get();
    if (!file || phase !== 'connected') return;
    if (file.type && !/^(audio|video)\//.test(file.type))
        return notify(`“${file.name}” is not a sound. Choose WAV, MP3, Ogg, M4A or a video with sound.`, 'error');
    if (file.size > largestSound)
        return notify(`“${file.name}” has ${Math.ceil(file.size / 1048576)} MB; a sound may have ${largestSound / 1048576} MB.`, 'error');
    soundState.textContent = `Sending “${file.name}”…`;
    const done = await begin(playSound(session, file), { isUpload: true });
    soundState.textContent = done ? `Playing “${file.name}”` : soundHint;
}

/** Waits for a request that begins a new turn: an upload begins it when it has arrived, others at once. @returns whether it was accepted */
async function begin(request, { isUpload = false } = {}) {
    if (store.get().speaking && !isUpload) hush(request);
    try {
        const { turn } = await request;
        if (store.get().speaking && isUpload) hush(Promise.resolve());
        if (turn !== undefined) store.set({ turn: Math.max(turn, store.get().turn) });
        return true;
    } catch (error) {
        notify(error.message, 'error');
        return false;
    }
}

function grow() {
    text.style.height = 'auto';
    text.style.height = `${text.scrollHeight}px`;
    byId('sayButton').disabled = !text.value.trim();
}

form.addEventListener('submit', event => {
    event.preventDefault();
    speak(text.value.trim());
    text.value = '';
    grow();
});
text.maxLength = longestText;
text.addEventListener('input', grow);
text.addEventListener('keydown', event => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        form.requestSubmit();
    }
    if (event.key === 'ArrowUp' && !text.value && lastSaid) {
        event.preventDefault();
        text.value = lastSaid;
        grow();
    }
});

for (const button of byId('suggestions').querySelectorAll('button'))
    button.addEventListener('click', () => { speak(button.textContent.trim()); text.focus(); });
for (const button of document.querySelectorAll('[data-act=microphone]')) button.addEventListener('click', toggleMicrophone);

byId('soundButton').addEventListener('click', () => soundInput.click());
soundInput.addEventListener('change', () => { playFile(soundInput.files[0]); soundInput.value = ''; });
addEventListener('drop', event => {
    if (store.get().phase === 'connected') playFile(event.dataTransfer?.files[0]);
});

store.watch(state => state.status?.assistant, offered => { byId('wayAssistant').hidden = !offered; });
store.watch(state => state.phase, (phase, before) => {
    form.inert = phase !== 'connected';
    if (before === 'lobby') {
        store.set({ way: 'type' });
        byId('suggestions').hidden = false;
        soundState.textContent = soundHint;
    }
    // a phone's keyboard would cover the face: there the field waits for a tap; elsewhere it takes the focus once it is shown
    if (phase === 'connected' && before === 'calling' && matchMedia('(hover: hover)').matches) queueMicrotask(() => text.focus());
});
store.watch(state => state.way, way => tabs.select(way));
store.watch(state => state.character?.name, name => {
    text.placeholder = name && matchMedia('(min-width: 380px)').matches ? `What should ${name} say?` : 'Say something';
    for (const slot of document.querySelectorAll('[data-slot=name]')) slot.textContent = name ?? '';
});
store.watch(state => state.speaking, speaking => {
    if (!speaking && soundState.textContent.startsWith('Playing')) soundState.textContent = soundHint;
});
grow();
