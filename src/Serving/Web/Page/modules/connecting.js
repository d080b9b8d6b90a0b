// One attempt of a call to connect: session, events, media, first frame.

import { ApiError } from './api.js';
import { connectTimeoutMs } from './config.js';
import { pause } from './dom.js';
import { currentTrack } from './microphone.js';
import { notify } from './notices.js';
import { createPeer, PeerLost } from './peer.js';
import { createSession, endSession, followEvents, sessionStatus, uploadPicture } from './session.js';
import { showStream } from './stage.js';
import { startStatistics } from './statistics.js';
import { store } from './store.js';

/** The server ended the session: no reason to reconnect. */
export class CallEnded extends Error {}

/**
 * Connects and waits for the first frame.
 * @param call what call.js holds: `session` is made here where it is null, `peer` and `release` are set
 * @returns {Promise<{frameAt: number, broken: Promise<never>}>} when the first frame was shown, and what rejects on the loss
 */
export async function connect(call) {
    const { signal } = call.stop;
    const first = deferred();
    const events = deferred();
    const peer = createPeer({
        track: currentTrack(),
        onStream: stream => showStream(stream, first.resolve),
    });
    const endings = [startStatistics(peer), () => peer.close()];
    call.peer = peer;
    call.release = () => {
        call.release = call.peer = null;
        for (const end of endings) end();
    };

    call.session ??= await openSession(call.character, signal);
    store.set({ session: call.session });
    endings.push(follow(call.session, signal, events.reject));

    await peer.connect(call.session, signal);
    const broken = Promise.race([peer.lost, events.promise]);
    broken.catch(() => {});
    const tooLate = pause(connectTimeoutMs, signal).then(() => { throw noPicture(); });
    tooLate.catch(() => {});
    return { frameAt: await Promise.race([first.promise, broken, tooLate]), broken };
}

const noPicture = () => new PeerLost('The server answered, but no picture came through: a firewall may close its media port');

async function openSession(character, signal) {
    const isNew = character.kind === 'picture' && !character.uploaded;
    if (isNew) character.uploaded = (await uploadPicture(character.blob, signal)).id;
    try {
        const { id } = await createSession(character.uploaded ?? character.id, signal);
        if (signal.aborted) {
            endSession(id).catch(() => {}); // hung up meanwhile: nobody will call it
            throw signal.reason;
        }
        return id;
    } catch (error) {
        // the server keeps pictures in memory only, and not for ever: it may need this one again
        const isForgotten = error instanceof ApiError && error.status === 404 && Boolean(character.uploaded) && !isNew;
        if (error instanceof ApiError && error.status < 500) character.uploaded = null;
        if (isForgotten) return openSession(character, signal);
        throw error;
    }
}

/** Shows the session's events in the store; `reject` is called when the server is gone, has forgotten the session, or ends it. */
function follow(session, signal, reject) {
    let stop = () => {};
    let stopped = false;
    const on = {
        state: ({ state, turn }) => store.set({ speaking: state === 'speaking', turn: turn ?? store.get().turn }),
        caption: caption => store.set({ caption }),
        statistics: server => store.set({ server }),
        error: ({ detail }) => notify(detail, 'error'),
        // a server that stops says so; what follows is a loss, and a reconnection
        ended: ({ reason }) => reject(reason === 'stopping' ? new PeerLost('The server is restarting') : new CallEnded(reason)),
        lost: () => sessionStatus(session).then(
            () => pause(500, signal).then(listen),   // only the stream of events broke
            error => reject(error)).catch(() => {}),
    };
    const listen = () => { if (!stopped) stop = followEvents(session, on); };
    listen();
    return () => { stopped = true; stop(); };
}

function deferred() {
    let resolve, reject;
    const promise = new Promise((yes, no) => { [resolve, reject] = [yes, no]; });
    promise.catch(() => {});
    return { promise, resolve, reject };
}
