// Runs in the page: notes when sound is heard, when the picture flashes and when the mouth moves, on the clock of performance.now().
(() => {
    const side = 64;
    const mouth = { x: 20, y: 36, width: 24, height: 16 };      // of the square that a face fills
    const notes = { frames: [], sounds: [] };                    // {t, light, mouth}, {t, level}
    const canvas = Object.assign(document.createElement('canvas'), { width: side, height: side });
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    const keep = 4000;
    let analyser = null, watched = null, before = null, context = null, lastShown = 0, longest = 0;

    const note = (list, entry) => {
        list.push(entry);
        if (list.length > 2 * keep) list.splice(0, keep);
    };

    function look(video) {
        pen.drawImage(video, 0, 0, side, side);
        const pixels = pen.getImageData(0, 0, side, side).data;
        let light = 0;
        for (let i = 0; i < pixels.length; i += 4) light += pixels[i] + pixels[i + 1] + pixels[i + 2];
        const lips = [];
        for (let y = mouth.y; y < mouth.y + mouth.height; y++)
            for (let x = mouth.x; x < mouth.x + mouth.width; x++) lips.push(pixels[4 * (y * side + x) + 1]);
        const moved = before ? lips.reduce((sum, value, i) => sum + Math.abs(value - before[i]), 0) / lips.length : 0;
        before = lips;
        return { light: light / (3 * side * side), moved, lips };
    }

    function watch(video) {
        watched = video;
        const onFrame = (now, frame) => {
            if (watched !== video) return;
            note(notes.frames, { t: frame.expectedDisplayTime, ...look(video) });
            if (lastShown) longest = Math.max(longest, frame.expectedDisplayTime - lastShown);
            lastShown = frame.expectedDisplayTime;
            video.requestVideoFrameCallback(onFrame);
        };
        video.requestVideoFrameCallback(onFrame);
    }

    const worklet = `registerProcessor('level', class extends AudioWorkletProcessor {
        process([input]) {
            const samples = input[0];
            let level = 0;
            if (samples) for (const sample of samples) level = Math.max(level, Math.abs(sample));
            this.port.postMessage({ at: currentTime, level });
            return true;
        }
    });`;

    async function listen(stream) {
        context = new AudioContext({ latencyHint: 'interactive' });
        await context.resume();
        await context.audioWorklet.addModule(URL.createObjectURL(new Blob([worklet], { type: 'text/javascript' })));
        const meter = new AudioWorkletNode(context, 'level');
        // Of the audio clock against the page's: the least delay of the last second. An audio clock that stood still stays behind.
        const offsets = [];
        meter.port.onmessage = ({ data }) => {
            offsets.push(performance.now() - 1000 * data.at);
            if (offsets.length > 375) offsets.shift();
            note(notes.sounds, { t: 1000 * data.at + Math.min(...offsets), level: watched.muted ? 0 : data.level }); // the page mutes itself at once when it interrupts
        };
        analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
        context.createMediaStreamSource(stream).connect(analyser).connect(meter).connect(context.destination);
    }

    // Every connection that the page makes, for its statistics.
    const peers = [];
    window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(...settings) {
            super(...settings);
            peers.push(this);
        }
    };

    async function statistics() {
        const found = {};
        for (const entry of (await peers.at(-1).getStats()).values())
            if (entry.type === 'inbound-rtp' && entry.kind === 'video')
                for (const name of ['framesDecoded', 'framesDropped', 'packetsLost', 'freezeCount', 'totalFreezesDuration', 'nackCount', 'keyFramesDecoded', 'framesPerSecond'])
                    found[name] = entry[name] ?? 0;
        return found;
    }

    window.probe = {
        statistics,
        notes,
        /** Follows the call's video and sound. */
        async start(selector) {
            const video = document.querySelector(selector);
            watch(video);
            await listen(video.srcObject);
        },
        now: () => performance.now(),
        /** The strongest frequency that is heard, in hertz; 0 in silence. */
        pitch() {
            const decibels = new Float32Array(analyser.frequencyBinCount);
            analyser.getFloatFrequencyData(decibels);
            const most = decibels.indexOf(Math.max(...decibels));
            return decibels[most] > -60 ? most * context.sampleRate / analyser.fftSize : 0;
        },
        /** Begins to look for the longest time between two frames. */
        follow() { longest = lastShown = 0; },
        longestGap: () => longest,
        clear() {
            notes.frames.length = 0;
            notes.sounds.length = 0;
        },
    };
})();
