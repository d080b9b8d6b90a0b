// A session on the server: one character, its turns, its events.

import { addressed, getJson, postJson, request } from './api.js';

const at = (id, what = '') => `/api/sessions/${encodeURIComponent(id)}${what}`;

/** @returns {Promise<{id: string, character: string, state: string}>} */
export const createSession = (character, signal) => postJson('/api/sessions', { character }, { signal });

export const sessionStatus = id => getJson(at(id));

/** Says a text; what was being said stops. @returns {Promise<{turn: number}>} */
export const say = (id, text, voice, rate) => postJson(at(id, '/say'), { text, ...(voice && { voice }), ...(rate && { rate }) });

export const interrupt = id => postJson(at(id, '/interrupt'));

export const setMicrophone = (id, mode) => postJson(at(id, '/microphone'), { mode });

/** Plays a sound file (a Blob) through the character's mouth. */
export async function playSound(id, file) {
    const response = await request(at(id, '/sound'), { method: 'POST', body: file, type: file.type || 'application/octet-stream' });
    return response.json();
}

/** Ends the session. `keepalive` lets it leave while the page closes. */
export const endSession = id => request(at(id), { method: 'DELETE', keepalive: true });

/** Uploads a picture; @returns {Promise<{id: string, picture: string}>} */
export async function uploadPicture(blob, signal) {
    const response = await request('/api/pictures', { method: 'POST', body: blob, type: blob.type, signal });
    return response.json();
}

const eventNames = ['state', 'caption', 'statistics', 'ended'];

/**
 * Follows a session's events until closed. `on` has a function for each kind, and `lost` for when the stream breaks: then
 * the server is gone, restarting, or has forgotten the session; the caller finds out which.
 * @returns a function that stops following
 */
export function followEvents(id, on) {
    const source = new EventSource(addressed(at(id, '/events')));
    for (const name of eventNames)
        source.addEventListener(name, event => on[name]?.(JSON.parse(event.data)));
    // an `error` with data comes from the server, one without from the connection itself
    source.addEventListener('error', event => {
        if (typeof event.data === 'string') return on.error?.(JSON.parse(event.data));
        source.close();
        on.lost?.();
    });
    return () => source.close();
}
