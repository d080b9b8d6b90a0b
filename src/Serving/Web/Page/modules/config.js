// Numbers that somebody may want to change, each with its reason.

const asked = new URLSearchParams(location.search);

/** Milliseconds of sound and picture the browser holds to even out the network; 60 to 150 keeps both in step, and a network that needs more gets more. `/?jitter=150` sets it. */
export const jitterBufferMs = clamp(Number(asked.get('jitter') ?? 60) || 60, 20, 500);

/** Used for the chart until the server tells its own: a chunk of 12 frames at 16 a second. */
export const realTimeMs = 750;

/** Without a picture by then the media port is most likely closed on the way. */
export const connectTimeoutMs = 12_000;

/** Waiting times between attempts to reconnect; the last one repeats. */
export const reconnectMs = [0, 400, 800, 1600, 3200, 5000, 8000];

/** A connection that says 'disconnected' often heals by itself; after this long it is replaced. */
export const healMs = 2500;

export const statisticsMs = 1000;
export const previewDelayMs = 180;

/** Limits of the server, checked here first so that the refusal comes at once and in plain words. */
export const longestText = 2000;
export const largestSound = 50 * 1024 * 1024;
export const largestPicture = 10 * 1024 * 1024;

/** A picture file beyond this is not even opened: decoding it could exhaust a phone. */
export const largestPictureFile = 60 * 1024 * 1024;

/** Sides of a picture in pixels: refused below, scaled down above. */
export const smallestPictureSide = 96;
export const largestPictureSide = 1024;

/** Bars kept in the chart of times between chunks. */
export const chartBars = 60;

function clamp(value, low, high) {
    return Math.min(high, Math.max(low, value));
}
