// One WebRTC connection: an offer, an answer, media. It never reconnects itself; call.js makes another one.

import { request } from './api.js';
import { healMs, jitterBufferMs } from './config.js';

/** The connection failed for good; the message says what was seen. */
export class PeerLost extends Error {}

/**
 * Prepares a connection and its offer, so that this work overlaps the making of the session.
 * @param {{track?: MediaStreamTrack|null, onStream: (stream: MediaStream) => void}} options
 */
export function createPeer({ track = null, onStream }) {
    const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    const audio = connection.addTransceiver('audio', { direction: 'sendrecv' });
    const video = connection.addTransceiver('video', { direction: 'recvonly' });
    if (track) audio.sender.replaceTrack(track);

    const stream = new MediaStream();
    connection.addEventListener('track', event => {
        hold(event.receiver);
        stream.addTrack(event.track);
        if (stream.getTracks().length === 1) onStream(stream);
    });

    // candidates need not be gathered first: the server learns ours from the checks we send
    const offered = connection.setLocalDescription().then(() => connection.localDescription.sdp);
    offered.catch(() => {}); // reported by connect
    const lost = watchLoss(connection);
    let location = null;

    return {
        connection,
        lost,                                                    // rejects with PeerLost
        microphone: newTrack => audio.sender.replaceTrack(newTrack), // no renegotiation: the line is there from the start
        receivers: { audio: audio.receiver, video: video.receiver },

        /** Sends the offer for a session and takes the answer. */
        async connect(session, signal) {
            const response = await request(`/whep?session=${encodeURIComponent(session)}`, {
                method: 'POST', body: await offered, type: 'application/sdp', signal,
            });
            location = response.headers.get('Location');
            await connection.setRemoteDescription({ type: 'answer', sdp: await response.text() });
        },

        /** Closes; tells the server unless it is known to be gone. */
        close({ tell = true } = {}) {
            connection.close();
            if (tell && location) request(location, { method: 'DELETE', keepalive: true }).catch(() => {});
            location = null;
        },
    };
}

/** Asks the browser to keep both streams the same short time, so that they stay in step. */
function hold(receiver) {
    if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = jitterBufferMs;
    else if ('playoutDelayHint' in receiver) receiver.playoutDelayHint = jitterBufferMs / 1000;
}

function watchLoss(connection) {
    const lost = new Promise((_, reject) => {
        let healing;
        connection.addEventListener('connectionstatechange', () => {
            clearTimeout(healing);
            if (connection.connectionState === 'failed') reject(new PeerLost('The media connection failed'));
            if (connection.connectionState === 'disconnected')
                healing = setTimeout(() => reject(new PeerLost('No media came any more')), healMs);
        });
        // the server's close_notify ends DTLS while ICE still looks well
        connection.addEventListener('track', event => event.receiver.transport?.addEventListener('statechange', ({ target }) => {
            if (target.state === 'closed' && connection.signalingState !== 'closed') reject(new PeerLost('The server closed the media connection'));
        }), { once: true });
    });
    lost.catch(() => {}); // awaited later, or never after a hang-up
    return lost;
}
