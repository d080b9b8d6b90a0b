// A square frame over a picture: drag to move, wheel or slider to zoom, arrow keys and +/- for the keyboard.

const side = 480;      // of the canvas it is edited on
const mostZoom = 4;
const step = 0.02;     // of the shown side, for one press of an arrow key

/**
 * @param {HTMLCanvasElement} canvas shows what is inside the frame
 * @param {HTMLInputElement} slider zoom, 1 (the whole short side) to 4
 * @param {() => void} changed called after each change
 */
export function createFrame(canvas, slider, changed) {
    let bitmap = null;
    let zoom = 1;
    let x = 0, y = 0;  // centre of the frame in the picture's pixels
    const pen = canvas.getContext('2d');
    canvas.width = canvas.height = side;

    const shown = () => Math.min(bitmap.width, bitmap.height) / zoom; // side of the frame in the picture's pixels

    function update() {
        const half = shown() / 2;
        x = Math.min(bitmap.width - half, Math.max(half, x));
        y = Math.min(bitmap.height - half, Math.max(half, y));
        slider.value = zoom;
        slider.style.setProperty('--filled', `${100 * (zoom - 1) / (mostZoom - 1)}%`);
        draw(pen, side);
        changed();
    }

    function draw(target, size) {
        target.fillStyle = '#fff'; // a transparent picture gets a light ground
        target.fillRect(0, 0, size, size);
        target.imageSmoothingQuality = 'high';
        target.drawImage(bitmap, x - shown() / 2, y - shown() / 2, shown(), shown(), 0, 0, size, size);
    }

    function zoomTo(value) {
        zoom = Math.min(mostZoom, Math.max(1, value));
        update();
    }

    function move(right, down) { // in shares of the frame's side
        x += right * shown();
        y += down * shown();
        update();
    }

    canvas.addEventListener('pointerdown', event => bitmap && canvas.setPointerCapture(event.pointerId));
    canvas.addEventListener('pointermove', event => {
        if (!bitmap || !canvas.hasPointerCapture(event.pointerId)) return;
        move(-event.movementX / canvas.clientWidth, -event.movementY / canvas.clientHeight);
    });
    canvas.addEventListener('wheel', event => {
        if (!bitmap) return;
        event.preventDefault();
        zoomTo(zoom * Math.exp(-event.deltaY / 600));
    }, { passive: false });
    canvas.addEventListener('keydown', event => {
        const act = {
            ArrowLeft: () => move(-step, 0), ArrowRight: () => move(step, 0), ArrowUp: () => move(0, -step), ArrowDown: () => move(0, step),
            '+': () => zoomTo(zoom * 1.1), '=': () => zoomTo(zoom * 1.1), '-': () => zoomTo(zoom / 1.1),
        }[event.key];
        if (!bitmap || !act) return;
        event.preventDefault();
        act();
    });
    slider.addEventListener('input', () => bitmap && zoomTo(slider.valueAsNumber));

    return {
        /** Frames the middle of a picture; of an upright one the upper part, where heads are. */
        open(picture) {
            bitmap?.close();
            bitmap = picture;
            zoom = 1;
            x = bitmap.width / 2;
            y = bitmap.height > bitmap.width ? bitmap.height * 0.42 : bitmap.height / 2;
            update();
        },
        /** What is inside the frame, at most `most` pixels on a side. */
        cut(most) {
            const size = Math.max(16, Math.min(most, Math.round(shown())));
            const result = document.createElement('canvas');
            result.width = result.height = size;
            draw(result.getContext('2d'), size);
            return result;
        },
    };
}
