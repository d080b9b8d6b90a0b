// Asks the connection for its figures each second and puts them into the store.

import { statisticsMs } from './config.js';
import { frameRate } from './stage.js';
import { measured } from './store.js';

const offsetsKept = 5; // their median is shown: single estimates jump

/** @returns a function that stops it */
export function startStatistics(peer) {
    const memory = { offsets: [], before: null };
    const timer = setInterval(async () => {
        if (peer.connection.connectionState !== 'connected') return;
        const report = await peer.connection.getStats();
        measured({ ...frameRate(), ...read(report, memory) });
    }, statisticsMs);
    return () => clearInterval(timer);
}

function read(report, memory) {
    const inbound = [...report.values()].filter(entry => entry.type === 'inbound-rtp');
    const video = inbound.find(entry => entry.kind === 'video');
    const audio = inbound.find(entry => entry.kind === 'audio');
    const figures = { ...rates(inbound, memory), ...route(report) };
    if (video) {
        Object.assign(figures, {
            decodedFps: video.framesPerSecond ?? null,
            framesDecoded: video.framesDecoded ?? null,
            framesDropped: video.framesDropped ?? null,
            freezes: video.freezeCount ?? null,
            jitterMs: milliseconds(video.jitter),
            bufferMs: milliseconds(video.jitterBufferDelay / video.jitterBufferEmittedCount),
        });
    }
    const offset = offsetMs(audio, video);
    if (offset !== null) memory.offsets = [...memory.offsets, offset].slice(-offsetsKept);
    if (memory.offsets.length) figures.offsetMs = median(memory.offsets);
    return figures;
}

/** How much later the sound now heard left the server than the picture now seen: above zero the sound is ahead. */
function offsetMs(audio, video) {
    if (!audio?.estimatedPlayoutTimestamp || !video?.estimatedPlayoutTimestamp) return null;
    return audio.estimatedPlayoutTimestamp - video.estimatedPlayoutTimestamp;
}

/** Loss and bitrate between this report and the one before. */
function rates(inbound, memory) {
    const sum = name => inbound.reduce((total, entry) => total + (entry[name] ?? 0), 0);
    const now = { at: inbound[0]?.timestamp, bytes: sum('bytesReceived'), packets: sum('packetsReceived'), lost: sum('packetsLost') };
    const before = memory.before;
    memory.before = now;
    if (!before || !(now.at > before.at)) return {};
    const lost = Math.max(0, now.lost - before.lost), received = now.packets - before.packets;
    return {
        kilobitsPerSecond: Math.round(8 * (now.bytes - before.bytes) / (now.at - before.at)),
        lossPercent: lost + received > 0 ? 100 * lost / (lost + received) : null,
    };
}

/** The pair of addresses in use: its round trip, and whether media goes directly, over TCP or by a relay. */
function route(report) {
    const transport = [...report.values()].find(entry => entry.type === 'transport' && entry.selectedCandidatePairId);
    const pair = transport ? report.get(transport.selectedCandidatePairId)
        : [...report.values()].find(entry => entry.type === 'candidate-pair' && entry.nominated && entry.state === 'succeeded');
    if (!pair) return {};
    const local = report.get(pair.localCandidateId);
    const protocol = (local?.protocol ?? 'udp').toUpperCase();
    return {
        roundTripMs: milliseconds(pair.currentRoundTripTime),
        transport: local?.candidateType === 'relay' ? `relayed, ${protocol}` : protocol,
    };
}

const milliseconds = seconds => Number.isFinite(seconds) ? 1000 * seconds : null;

export function median(values) {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
}
