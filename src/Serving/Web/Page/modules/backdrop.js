// The room behind everything: the chosen character's picture, blurred beyond recognition. Drawn once per picture, since a
// blur that is redone with each frame of the video would take the processor that makes the video.

import { byId } from './dom.js';
import { store } from './store.js';

const coarse = 9;  // this few pixels, enlarged smoothly, are the blur
const fine = 96;
const canvases = [byId('backdropA'), byId('backdropB')];
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
});

function paint(canvas, image) {
    const small = new OffscreenCanvas(coarse, coarse).getContext('2d');
    small.imageSmoothingQuality = 'high';
    small.drawImage(image, 0, 0, coarse, coarse);
    canvas.width = canvas.height = fine;
    const large = canvas.getContext('2d');
    large.imageSmoothingQuality = 'high';
    large.drawImage(small.canvas, 0.5, 0.5, coarse - 1, coarse - 1, 0, 0, fine, fine);
}
