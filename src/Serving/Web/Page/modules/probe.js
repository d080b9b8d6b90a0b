// For tests and measurements: what the page measured, readable from outside, changeable from nowhere.

import { jitterBufferMs } from './config.js';
import { store } from './store.js';

const read = {
    state: state => state.phase,                                  // lobby | calling | connected | reconnecting | refused
    activity: state => state.speaking ? 'speaking' : 'listening',
    turn: state => state.turn,
    session: state => state.session,
    character: state => state.character?.id ?? null,
    caption: state => state.caption,
    problem: state => state.problem?.title ?? null,
    microphone: state => state.microphone,
    server: state => state.server,                                // newest `statistics` event
    jitterBufferMs: () => jitterBufferMs,
};
for (const name of Object.keys(store.get().figures)) read[name] = state => state.figures[name];

const probe = {};
for (const [name, of] of Object.entries(read))
    Object.defineProperty(probe, name, { enumerable: true, get: () => of(store.get()) });

window.talkingMachines = Object.freeze(probe);
