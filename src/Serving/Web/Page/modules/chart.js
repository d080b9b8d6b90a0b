// Times between chunks as bars against the line that real time draws.

import { makeSvg } from './dom.js';

const width = 300, height = 96; // the drawing's own units; it stretches to the panel
const headroom = 1.3;           // of the line, kept above it

/** @param {HTMLElement} figure holds the drawing and its labels */
export function createChart(figure, most) {
    const pitch = width / most;
    const bars = Array.from({ length: most }, (_, index) =>
        makeSvg('rect', { x: index * pitch + pitch * 0.15, width: pitch * 0.7, y: height, height: 0, rx: 1 }));
    const line = makeSvg('line', { class: 'real-time', x1: 0, x2: width, y1: 0, y2: 0 });
    const drawing = makeSvg('svg', { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img' }, ...bars, line);
    const label = figure.querySelector('.line-label');
    figure.prepend(drawing);

    return {
        /** @param {number[]} times milliseconds, newest last; @param {number} realTime milliseconds */
        draw(times, realTime) {
            const shown = times.slice(-most);
            const top = Math.max(realTime * headroom, ...shown);
            const y = value => height * (1 - value / top);
            bars.forEach((bar, index) => {
                const time = shown[index - (most - shown.length)] ?? 0;
                bar.setAttribute('y', y(time));
                bar.setAttribute('height', height - y(time));
                bar.setAttribute('class', time > realTime ? 'late' : time > 0.9 * realTime ? 'close' : 'early');
            });
            line.setAttribute('y1', y(realTime));
            line.setAttribute('y2', y(realTime));
            label.textContent = `real time ${Math.round(realTime)} ms`;
            label.style.top = `${100 * (1 - realTime / top)}%`;
            const late = shown.filter(time => time > realTime).length;
            drawing.setAttribute('aria-label', `Time between chunks: ${late} of ${shown.length} took longer than real time, ${Math.round(realTime)} milliseconds.`);
        },
    };
}
