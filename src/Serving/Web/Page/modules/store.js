// The state of the page, in one place. Modules watch what they show and change what they own.

/**
 * @param {object} initial every key that will ever be used
 * @returns a store whose `watch(select, act)` calls `act(value, previous)` now and whenever the selected value changes
 */
export function createStore(initial) {
    let state = Object.freeze({ ...initial });
    const watchers = new Set();

    function set(patch) {
        for (const key of Object.keys(patch))
            if (!(key in initial)) throw new Error(`The store has no '${key}'.`);
        state = Object.freeze({ ...state, ...patch });
        for (const watcher of [...watchers]) watcher();
    }

    function watch(select, act) {
        let value = select(state);
        const watcher = () => {
            const next = select(state);
            if (Object.is(next, value)) return;
            const previous = value;
            value = next;
            act(next, previous);
        };
        watchers.add(watcher);
        act(value, undefined);
        return () => watchers.delete(watcher);
    }

    return { get: () => state, set, watch };
}

export const store = createStore({
    status: null,            // what GET /api/status answered
    statusError: null,       // or why it did not
    characters: [],
    character: null,         // the chosen one: { kind: 'shipped' | 'drawn' | 'picture', id, name, picture, blob? }

    phase: 'lobby',          // lobby | calling | connected | reconnecting | refused
    problem: null,           // what the curtain says: { title, detail, retryAt?, retrying? }
    session: null,           // id
    connectedAt: null,       // performance.now() of the first frame of this call
    speaking: false,
    turn: 0,
    caption: null,           // { turn, text, from }

    way: 'type',             // how it is made to speak: type | voice | file | assistant
    composerOpen: true,
    captionsOn: true,
    detailsOpen: false,

    microphone: 'off',       // off | asking | on | muted | denied | missing | unavailable (no HTTPS)
    microphoneLevel: 0,      // 0..1

    server: null,            // newest `statistics` event
    figures: {               // measured here; null where not known
        firstFrameMs: null, fps: null, decodedFps: null, offsetMs: null, longestGapMs: null,
        width: null, height: null, framesDecoded: null, framesDropped: null, freezes: null,
        lossPercent: null, jitterMs: null, roundTripMs: null, kilobitsPerSecond: null, transport: null, bufferMs: null,
    },
});

/** Merges newly measured figures into those known. */
export function measured(figures) {
    store.set({ figures: { ...store.get().figures, ...figures } });
}
