// The room behind everything: the colours along the edges of the chosen character's picture, carried on outwards.
// Drawn once per picture, at almost no cost.

import { byId } from './dom.js';
import { store } from './store.js';

const rows = 4;      // colours down each side
const edge = 0.12;   // share of the picture's width that makes a side's colour
const fine = 160;    // pixels of the room, enlarged smoothly by the browser
const canvases = [byId('backdropA'), byId('backdropB')];
const listeners = [];
let front = 0;
let newest = null;

store.watch(state => state.character?.picture, async address => {
    if (!address) return;
    const image = new Image();
    newest = image;
    image.src = address;
    try {
        await image.decode();
    } catch {
        return; // the old room stays
    }
    if (newest !== image) return;
    front = 1 - front;
    paint(canvases[front], image);
    canvases.forEach((canvas, index) => canvas.classList.toggle('front', index === front));
    for (const act of listeners) act(canvases[front]);
});

/** `act(canvas)` runs whenever there is a new room. */
export const onRoom = act => listeners.push(act);

function paint(canvas, image) {
    const sides = pen(2, rows);
    const { naturalWidth: width, naturalHeight: height } = image;
    sides.drawImage(average(image, 0, width * edge, height), 0, 0);
    sides.drawImage(average(image, width * (1 - edge), width * edge, height), 1, 0);
    canvas.width = canvas.height = fine;
    const room = canvas.getContext('2d');
    room.imageSmoothingQuality = 'high';
    // from the middle of the first column to the middle of the last, so that both reach the edge
    room.drawImage(sides.canvas, 0.5, 0.5, 1, rows - 1, 0, 0, fine, fine);
}

/** A strip of the picture as one column; halving step by step averages every pixel. */
function average(image, x, width, height) {
    let side = 64;
    let strip = pen(side, rows * 8);
    strip.drawImage(image, x, 0, width, height, 0, 0, side, rows * 8);
    for (let tall = rows * 8; side > 1 || tall > rows;) {
        const [wide, high] = [Math.max(1, side / 2), Math.max(rows, tall / 2)];
        const half = pen(wide, high);
        half.drawImage(strip.canvas, 0, 0, side, tall, 0, 0, wide, high);
        [strip, side, tall] = [half, wide, high];
    }
    return strip.canvas;
}

function pen(width, height) {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [width, height];
    return canvas.getContext('2d', { willReadFrequently: true }); // small: the processor is quicker than the way to a GPU
}
