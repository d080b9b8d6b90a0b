// The user's own picture: dropped, chosen or pasted; made square with a frame the user moves; small before it is sent.

import { largestPicture, largestPictureFile, largestPictureSide, smallestPictureSide } from './config.js';
import { byId, debounce } from './dom.js';
import { createFrame } from './frame.js';
import { store } from './store.js';

const input = byId('pictureInput');
const zone = byId('dropZone');
const refusal = byId('pictureRefusal');
const editor = byId('pictureEditor');
const frame = createFrame(byId('pictureCanvas'), byId('pictureZoom'), debounce(offer, 250));
let name = '';
let active = false;
let address = null;
let offered = null;

export function enterPicture() {
    active = true;
    if (offered) store.set({ character: offered });
}

export function leavePicture() {
    active = false;
}

/** Takes a file, or says why not. */
export async function takePicture(file) {
    refuse('');
    if (file.type && !file.type.startsWith('image/'))
        return refuse(`“${file.name}” is not a picture. Choose a PNG, JPEG or WebP file.`);
    if (file.size > largestPictureFile)
        return refuse(`“${file.name}” has ${megabytes(file.size)} MB; up to ${megabytes(largestPictureFile)} MB can be opened.`);
    let bitmap;
    try {
        bitmap = await createImageBitmap(file);
    } catch {
        return refuse(`“${file.name}” cannot be read as a picture by this browser. Save it as PNG or JPEG and try again.`);
    }
    if (Math.min(bitmap.width, bitmap.height) < smallestPictureSide)
        return refuse(`“${file.name}” has ${bitmap.width} × ${bitmap.height} pixels; a face needs at least ${smallestPictureSide} on each side.`);
    name = file.name.replace(/\.[^.]*$/, '').slice(0, 40) || 'Your picture';
    editor.hidden = false;
    zone.classList.add('filled');
    frame.open(bitmap);
}

/** Cuts the framed square out and makes it the character. */
async function offer() {
    const canvas = frame.cut(largestPictureSide);
    const blob = await new Promise(done => canvas.toBlob(done, 'image/jpeg', 0.92));
    if (!blob || blob.size > largestPicture) return refuse('The picture could not be made small enough to send.');
    if (address) URL.revokeObjectURL(address);
    address = URL.createObjectURL(blob);
    offered = { kind: 'picture', id: null, name, picture: address, blob, uploaded: null };
    if (active) store.set({ character: offered });
}

function refuse(text) {
    refusal.textContent = text;
    refusal.hidden = !text;
}

const megabytes = bytes => (bytes / 1024 / 1024).toFixed(bytes < 10_485_760 ? 1 : 0);

/** `opened` is called when a picture comes while another tab is shown. */
export function acceptPictures(opened) {
    const lobbyShown = () => store.get().phase === 'lobby';
    const take = file => {
        if (!file || !lobbyShown()) return;
        opened();
        takePicture(file);
    };
    input.addEventListener('change', () => { take(input.files[0]); input.value = ''; });
    addEventListener('paste', event => take([...event.clipboardData?.files ?? []].find(file => file.type.startsWith('image/'))));

    let depth = 0; // dragenter and dragleave come for every child
    const mark = change => {
        depth = Math.max(0, depth + change);
        document.body.classList.toggle('dropping', depth > 0);
    };
    addEventListener('dragenter', () => mark(1));
    addEventListener('dragleave', () => mark(-1));
    addEventListener('dragover', event => event.preventDefault());
    addEventListener('drop', event => {
        event.preventDefault(); // otherwise the browser opens the file in the page's place
        mark(-depth);
        take(event.dataTransfer.files[0]);
    });
}
