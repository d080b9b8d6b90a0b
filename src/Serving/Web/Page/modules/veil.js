// Lets the picture of a call melt into the room: a canvas over the whole screen, opaque where the room is, clear over the
// picture, soft between. A CSS mask on the video looks the same and costs four times as much where no GPU draws it
// (measured: 12 % of a core); this is painted once per layout.

import { onRoom } from './backdrop.js';
import { byId } from './dom.js';

const fine = 200;                                              // pixels on a side; the browser enlarges them smoothly
const soft = { left: 0.16, right: 0.16, top: 0.08, bottom: 0.22 }; // widths of the edges, shares of the picture
const dusk = [[0, 0.34], [0.16, 0.16], [0.35, 0.1], [0.6, 0.28], [0.8, 0.6], [1, 0.86]];    // darkness down the screen, for the text and buttons on it
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
    const shade = pen.createLinearGradient(0, 0, 0, fine);
    for (const [at, depth] of dusk) shade.addColorStop(at, `rgb(11 11 16 / ${depth})`);
    pen.fillStyle = shade;
    pen.fillRect(0, 0, fine, fine);
    open(picture.getBoundingClientRect(), screen);
}

/** Clears the veil over the picture. */
function open(frame, screen) {
    const image = pen.getImageData(0, 0, fine, fine);
    const across = clearness(frame.left - screen.left, frame.width, screen.width, soft.left, soft.right);
    const down = clearness(frame.top - screen.top, frame.height, screen.height, soft.top, soft.bottom);
    for (let y = 0; y < fine; y++)
        for (let x = 0; x < fine; x++) image.data[4 * (y * fine + x) + 3] = 255 * (1 - across[x] * down[y]);
    pen.putImageData(image, 0, 0);
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
