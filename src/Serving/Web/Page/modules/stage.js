// The picture of the call: the video element, its first frame, its rate, and quiet at once on an interruption.

import { jitterBufferMs } from './config.js';
import { byId, pause } from './dom.js';
import { measured } from './store.js';

const windowMs = 3000; // frames counted for the rate
const video = byId('video');
const hearButton = byId('hearButton');
const counts = [];     // { at, presented } newest last, `windowMs` long
let onFirstFrame = null;
let watching = false;  // callbacks of frames: once begun they go on, also over the next streams
let hushing = 0;

/** Shows a stream; `shown(time)` is called when its first frame is on the screen (performance.now() time). */
export function showStream(stream, shown) {
    counts.length = 0;
    onFirstFrame = shown;
    video.srcObject = stream;
    // without a gesture (say, a restored tab) sound may not start: picture first, sound on a press
    video.play().catch(error => {
        if (error.name !== 'NotAllowedError') return;
        video.muted = true;
        hearButton.hidden = false;
        video.play().catch(() => {});
    });
    if ('requestVideoFrameCallback' in video && !watching) video.requestVideoFrameCallback(frameShown);
    watching = true;
}

export function clearStage() {
    video.srcObject = null;
    video.muted = false;
    hearButton.hidden = true;
    onFirstFrame = null;
}

/** What is on its way and in the browser's buffer belongs to the old turn: keeps quiet until it has passed. */
export async function hush(done) {
    const mine = ++hushing;
    video.muted = true;
    await done.catch(() => {});
    await pause(jitterBufferMs + 60);
    if (mine === hushing && hearButton.hidden) video.muted = false;
}

/** Frames a second over the last seconds, and the longest time between two of them. */
export function frameRate() {
    const now = performance.now();
    while (counts.length && counts[0].at < now - windowMs) counts.shift();
    if (counts.length < 2) return { fps: counts.length ? null : 0, longestGapMs: null };
    const first = counts[0], last = counts.at(-1);
    let longest = now - last.at;
    for (let i = 1; i < counts.length; i++)
        longest = Math.max(longest, (counts[i].at - counts[i - 1].at) / Math.max(1, counts[i].presented - counts[i - 1].presented));
    return {
        fps: 1000 * (last.presented - first.presented) / (last.at - first.at),
        longestGapMs: Math.round(longest),
    };
}

function frameShown(now, frame) {
    video.requestVideoFrameCallback(frameShown);
    if (!video.srcObject) return;
    reportFirst(now);
    // callbacks may be missed while the page is busy; the browser's own count is not
    counts.push({ at: frame.presentationTime ?? now, presented: frame.presentedFrames });
    if (counts.length > 400) counts.shift();
}

function reportFirst(at) {
    onFirstFrame?.(at);
    onFirstFrame = null;
}

// no frame callbacks in a hidden tab, or in an old browser: there, time that passes must do
video.addEventListener('timeupdate', () => {
    if (video.currentTime > 0 && (document.hidden || !('requestVideoFrameCallback' in video))) reportFirst(performance.now());
});
video.addEventListener('resize', () => measured({ width: video.videoWidth, height: video.videoHeight }));
hearButton.addEventListener('click', () => {
    hearButton.hidden = true;
    video.muted = false;
    video.play().catch(() => {});
});
