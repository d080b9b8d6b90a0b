// Lets the picture of a call melt into the room: a canvas over the whole screen, opaque where the room is, clear over the
// picture, soft between. A CSS mask on the video looks the same and costs four times as much where no GPU draws it
// (measured: 12 % of a core); this is painted once per layout.

import { onRoom } from './backdrop.js';
import { byId } from './dom.js';

const fine = 200;                                              // pixels on a side; the browser enlarges them smoothly
const soft = { left: 0.16, right: 0.16, top: 0.08, bottom: 0.22 }; // widths of the edges, shares of the picture
const dusk = [[0, 0.45], [0.14, 0.16], [0.3, 0.03], [0.55, 0.03], [0.72, 0.3], [0.86, 0.64], [1, 0.86]]; // [down, darkness], for the text on it
const dark = [11, 11, 16];
const veil = byId('veil');
const picture = byId('picture');
const pen = veil.getContext('2d', { willReadFrequently: true });
let room = null;
let waiting = false;

onRoom(canvas => { room = canvas; paintSoon(); });

const observer = new ResizeObserver(paintSoon);
for (const id of ['picture', 'stage', 'call']) observer.observe(byId(id));

function paintSoon() {
    if (!waiting) requestAnimationFrame(paint);
    waiting = true;
}

function paint() {
    waiting = false;
    const screen = veil.getBoundingClientRect();
    if (!room || !screen.width) return;
    veil.width = veil.height = fine;
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(room, 0, 0, fine, fine);
    open(picture.getBoundingClientRect(), screen);
}

/** Clears the room over the picture, then lays the dusk over both, so that no edge of it shows. */
function open(frame, screen) {
    const image = pen.getImageData(0, 0, fine, fine);
    const across = clearness(frame.left - screen.left, frame.width, screen.width, soft.left, soft.right);
    const down = clearness(frame.top - screen.top, frame.height, screen.height, soft.top, soft.bottom);
    for (let y = 0, at = 0; y < fine; y++) {
        const depth = darkness((y + 0.5) / fine);
        for (let x = 0; x < fine; x++, at += 4) {
            const share = (1 - across[x] * down[y]) * (1 - depth); // of the room in what is seen
            const cover = share + depth;
            for (let channel = 0; channel < 3; channel++)
                image.data[at + channel] = (image.data[at + channel] * share + dark[channel] * depth) / cover;
            image.data[at + 3] = 255 * cover;
        }
    }
    pen.putImageData(image, 0, 0);
}

function darkness(at) {
    const next = dusk.findIndex(([stop]) => stop >= at);
    const [[from, before], [to, after]] = [dusk[next - 1], dusk[next]];
    return before + (after - before) * (at - from) / (to - from);
}

/** For each pixel along one side of the screen: 0 outside the picture, 1 well inside. */
function clearness(start, length, whole, before, after) {
    return Float32Array.from({ length: fine }, (_, index) => {
        const at = ((index + 0.5) / fine * whole - start) / length;
        return smooth(at / before) * smooth((1 - at) / after);
    });
}

function smooth(value) {
    const t = Math.min(1, Math.max(0, value));
    return t * t * (3 - 2 * t);
}
