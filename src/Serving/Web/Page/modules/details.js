// The panel with what is measured: here in the browser, and on the server.

import { createChart } from './chart.js';
import { chartBars, realTimeMs } from './config.js';
import { byId } from './dom.js';
import { median } from './statistics.js';
import { store } from './store.js';

const panel = byId('details');
const chart = createChart(byId('chart'), chartBars);
const set = (id, text) => { byId(id).textContent = text; };
const number = (value, unit, digits = 0) => Number.isFinite(value) ? `${value.toFixed(digits)}${unit && `\u00a0${unit}`}` : '–';

store.watch(state => state.detailsOpen && state.phase !== 'lobby', open => {
    panel.hidden = !open;
    byId('call').classList.toggle('detailed', open);
    byId('detailsButton').setAttribute('aria-expanded', String(open));
    if (open) show();
});

const refresh = () => { if (!panel.hidden) show(); };
store.watch(state => state.figures, refresh);
store.watch(state => state.server, refresh);
store.watch(state => state.session, refresh);

function show() {
    const { figures, server, session, status } = store.get();
    const rate = status?.framesPerSecond ?? 16;
    tile('tileFps', number(figures.fps, '', 1), figures.fps === null ? '' : figures.fps >= rate * 0.94 ? 'good' : figures.fps >= rate * 0.8 ? 'fair' : 'poor');
    tile('tileFirst', number(figures.firstFrameMs, 'ms'), grade(figures.firstFrameMs, 1000, 2000));
    tile('tileOffset', signed(figures.offsetMs), grade(figures.offsetMs && Math.abs(figures.offsetMs), 45, 90));
    set('offsetMeaning', meaning(figures.offsetMs));
    showChunks(server);

    set('figDecoded', `${number(figures.decodedFps, '', 1)} · ${figures.framesDropped ?? '–'} dropped`);
    set('figSize', figures.width ? `${figures.width} × ${figures.height}` : '–');
    set('figGap', number(figures.longestGapMs, 'ms'));
    set('figFreezes', figures.freezes ?? '–');
    set('figInterrupt', number(server?.interruptMs, 'ms'));
    set('figServerFps', number(server?.fps, '', 1));
    set('figLoss', number(figures.lossPercent, '%', 1));
    set('figJitter', number(figures.jitterMs, 'ms', 1));
    set('figRound', number(figures.roundTripMs ?? server?.roundTripMs, 'ms', 1));
    set('figBitrate', number(figures.kilobitsPerSecond, 'kbit/s'));
    set('figBuffer', number(figures.bufferMs, 'ms'));
    set('figTransport', figures.transport ?? '–');
    set('figSession', session ?? '–');
}

function showChunks(server) {
    const line = server?.realTimeMs ?? realTimeMs;
    const times = server?.timeBetweenChunksMs ?? [];
    const middle = times.length ? median(times) : null;
    tile('tileChunk', number(middle, 'ms'), grade(middle, line * 0.9, line));
    set('chunkLimit', `median, limit ${Math.round(line)} ms`);
    set('chunkSummary', times.length
        ? `median ${number(middle, 'ms')}, longest ${number(Math.max(...times), 'ms')}, newest ${number(times.at(-1), 'ms')}`
        : 'no chunk yet');
    chart.draw(times, line);
}

function tile(id, text, quality) {
    set(id, text);
    byId(id).dataset.quality = quality ?? '';
}

function grade(value, good, fair) {
    if (!Number.isFinite(value)) return '';
    return value <= good ? 'good' : value <= fair ? 'fair' : 'poor';
}

const signed = value => Number.isFinite(value) ? `${value > 0.5 ? '+' : value < -0.5 ? '−' : ''}${number(Math.abs(value), 'ms')}` : '–';

function meaning(value) {
    if (!Number.isFinite(value)) return 'sound to picture';
    return Math.abs(value) < 10 ? 'together' : value > 0 ? 'sound is ahead' : 'sound is behind';
}

byId('detailsClose').addEventListener('click', () => {
    store.set({ detailsOpen: false });
    byId('detailsButton').focus();
});
