// The user's microphone: asked for only when wanted, muted without giving it back, and told to the server as a mode.

import { notify } from './notices.js';
import { setMicrophone } from './session.js';
import { store } from './store.js';

const listeners = [];
const wants = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
let track = null;
let meter = null;
let wish = 0; // of the newest request for the device: what an older one brings is given back

export const currentTrack = () => track;

/** `act(track or null)` runs whenever the connection should send something else. */
export const onTrack = act => listeners.push(act);

/** Browsers lend the microphone to secure pages only. */
export const microphoneAvailable = () => window.isSecureContext && Boolean(navigator.mediaDevices?.getUserMedia);

export const whyUnavailable = 'Browsers lend the microphone only to pages over HTTPS or on localhost. Open this page over HTTPS to talk; typing and playing files work here too.';

/** Turns it on, asking where needed; or mutes it. */
export async function toggleMicrophone() {
    const { microphone } = store.get();
    if (microphone === 'asking') return;
    if (!microphoneAvailable()) return notify(whyUnavailable, 'error');
    if (track) return setMuted(microphone === 'on');
    await open();
}

/** Makes sure that it is on; for the ways to speak that need it. */
export async function needMicrophone() {
    if (store.get().microphone !== 'on') await toggleMicrophone();
}

/** Gives the device back. */
export function releaseMicrophone() {
    wish++;
    track?.stop();
    track = null;
    meter?.close();
    meter = null;
    tell(null);
    store.set({ microphone: microphoneAvailable() ? 'off' : 'unavailable', microphoneLevel: 0 });
}

async function open() {
    const own = ++wish;
    store.set({ microphone: 'asking' });
    let stream;
    try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: wants });
    } catch (error) {
        if (own !== wish) return;
        const denied = error.name === 'NotAllowedError';
        store.set({ microphone: denied ? 'denied' : 'missing' });
        notify(denied
            ? 'The microphone is blocked for this page. Allow it in the browser\'s address bar, then press the button again.'
            : `No microphone could be opened (${error.name}).`, 'error');
        return;
    }
    if (own !== wish) return stream.getTracks().forEach(each => each.stop()); // hung up meanwhile
    [track] = stream.getAudioTracks();
    track.addEventListener('ended', () => { releaseMicrophone(); notify('The microphone was disconnected.', 'error'); });
    meter = openMeter(stream);
    tell(track);
    store.set({ microphone: 'on' });
}

function setMuted(muted) {
    track.enabled = !muted;
    store.set({ microphone: muted ? 'muted' : 'on', microphoneLevel: 0 });
}

function tell(newTrack) {
    for (const act of listeners) act(newTrack);
}

/** Puts the loudness of the stream into the store, 12 times a second. */
function openMeter(stream) {
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 1024 });
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
        if (store.get().microphone !== 'on') return;
        analyser.getFloatTimeDomainData(samples);
        const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
        const decibels = 10 * Math.log10(power + 1e-9);
        store.set({ microphoneLevel: Math.min(1, Math.max(0, (decibels + 60) / 50)) });
    }, 83);
    return {
        close() {
            clearInterval(timer);
            context.close();
        },
    };
}

/** What the server does with the sound: nothing, listen for an interruption, move the mouth, or answer. */
function modeOf({ microphone, way }) {
    if (microphone !== 'on') return 'off';
    return { voice: 'character', assistant: 'assistant' }[way] ?? 'interrupt';
}

// one watched value: both a new session and a new mode must be told, each once
let told = { session: null, mode: 'off' };
let telling = Promise.resolve(); // one after another: the last is what holds
store.watch(state => state.phase === 'connected' ? `${state.session} ${modeOf(state)}` : '', wanted => {
    const [session, mode] = wanted.split(' ');
    if (!session) {
        told = { session: null, mode: 'off' }; // the server forgets it with the call
        return;
    }
    if (session !== told.session) told = { session, mode: 'off' }; // how a session starts
    if (mode === told.mode) return;
    told = { session, mode };
    telling = telling.then(() => setMicrophone(session, mode)).catch(error => {
        if (mode === 'assistant' && told.session === session && told.mode === mode) told = { session, mode: 'off' }; // it does not answer: nobody listens
        notify(error.message, 'error');
    });
});

if (!microphoneAvailable()) store.set({ microphone: 'unavailable' });
