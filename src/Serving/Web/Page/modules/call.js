// Holds one call: from the press on Call, through lost connections and restarts of the server, to the hang-up.

import { ApiError } from './api.js';
import { reconnectMs } from './config.js';
import { CallEnded, connect } from './connecting.js';
import { pause } from './dom.js';
import { onTrack, releaseMicrophone } from './microphone.js';
import { notify } from './notices.js';
import { endSession } from './session.js';
import { clearStage } from './stage.js';
import { measured, store } from './store.js';

const steadyMs = 5000;       // a connection that lasted this long was good: the next loss starts with short waits again
const otherwiseRetryS = 10;  // where a refusal gives no hint
const soonS = 5;             // a wait that nobody need be asked for: the server is warming up

let call = null;

onTrack(track => call?.peer?.microphone(track));

/** Calls the chosen character. Must run inside a user's gesture, which lets sound start. */
export function startCall() {
    const { character, figures } = store.get();
    if (call || !character) return;
    call = { character, stop: new AbortController(), pressedAt: performance.now(), attempt: 0, session: null, seen: false, lostServer: false };
    measured(Object.fromEntries(Object.keys(figures).map(name => [name, null])));
    store.set({ phase: 'calling', problem: null, caption: null, server: null, speaking: false, turn: 0, connectedAt: null });
    hold(call);
}

/** Ends the call from this side. */
export function hangUp() {
    if (call?.session) endSession(call.session).catch(() => {});
    leave();
}

/** After a refusal: tries again when the server's hint has passed, as often as needed. */
export const keepTrying = () => call?.consent?.();

/** Skips what is left of the wait before the next attempt. */
export const tryNow = () => call?.hurry?.();

function leave() {
    call?.stop.abort(new Error('The call is over.'));
    call?.release?.();
    call = null;
    clearStage();
    releaseMicrophone();
    store.set({ phase: 'lobby', problem: null, session: null, speaking: false, caption: null, connectedAt: null, detailsOpen: false });
}

async function hold(held) {
    const { signal } = held.stop;
    while (!signal.aborted) {
        let connectedAt = Infinity;
        try {
            const { frameAt, broken } = await connect(held);
            connectedAt = performance.now();
            welcome(held, frameAt);
            await broken;
        } catch (error) {
            held.release?.();
            if (signal.aborted) return;
            if (performance.now() - connectedAt > steadyMs) held.attempt = 0;
            try {
                await mend(held, error);
            } catch (final) {
                if (signal.aborted) return;
                if (held.session) endSession(held.session).catch(() => {});
                leave();
                notify(final.message, final instanceof CallEnded ? 'plain' : 'error');
            }
        }
    }
}

function welcome(held, frameAt) {
    if (!held.seen) measured({ firstFrameMs: Math.round(frameAt - held.pressedAt) });
    else notify(held.lostServer ? 'Reconnected. The server has restarted: this is a new conversation.' : 'Reconnected.', 'good');
    Object.assign(held, { seen: true, lostServer: false });
    store.set({ phase: 'connected', problem: null, connectedAt: store.get().connectedAt ?? performance.now() });
}

/** Waits until another attempt makes sense; throws where none does. */
async function mend(held, error) {
    if (error instanceof CallEnded) throw new CallEnded(error.message ? `The call has ended: ${error.message}` : 'The call has ended.');
    if (!(error instanceof ApiError)) return again(held, 'Connection lost', error.message);
    if (error.status === 503 && !held.seen) return full(held, error);
    if (error.status === 404 && held.session) {          // it forgot the session: restarted, or we were away too long
        Object.assign(held, { session: null, lostServer: true });
        return again(held, 'The server has restarted', 'Calling again');
    }
    if (error.status >= 400 && error.status < 500 && !(held.seen && held.character.kind === 'picture')) throw error;
    return again(held, held.seen ? 'Connection lost' : error.title, held.seen ? error.message : error.detail);
}

/** Shows the problem and waits, longer each time. */
async function again(held, title, detail) {
    const wait = reconnectMs[Math.min(held.attempt++, reconnectMs.length - 1)];
    const problem = { title, detail, retryAt: performance.now() + wait, retrying: true };
    store.set({ phase: held.seen ? 'reconnecting' : 'calling', problem, speaking: false });
    await waitFor(held, wait);
}

/** Shows why the server takes no call yet; on the user's word waits for the time it gave. */
async function full(held, error) {
    const seconds = error.retryAfterSeconds ?? otherwiseRetryS;
    const retryAt = performance.now() + 1000 * seconds;
    if (seconds <= soonS) held.patient = true;
    const problem = { title: error.title, detail: error.detail, retryAt, retrying: Boolean(held.patient) };
    store.set({ phase: 'refused', problem });
    if (!held.patient) {
        await new Promise(resolve => { held.consent = resolve; });
        held.patient = true;
        store.set({ problem: { ...problem, retrying: true } });
    }
    await waitFor(held, retryAt - performance.now());
    held.pressedAt = performance.now(); // the wait for a free line is not the first frame's
    store.set({ phase: 'calling', problem: null });
}

async function waitFor(held, milliseconds) {
    const hurried = new Promise(resolve => { held.hurry = resolve; });
    await Promise.race([pause(Math.max(0, milliseconds), held.stop.signal), hurried]);
    held.hurry = null;
}

// a closed tab must not hold a place that others wait for
addEventListener('pagehide', () => { if (call) hangUp(); });
