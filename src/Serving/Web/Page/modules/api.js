// Everything the page asks of the server goes through here: the token, and errors that can be shown as they are.

/** A refusal. `status` is 0 when no answer came at all. */
export class ApiError extends Error {
    constructor(status, title, detail = '', retryAfterSeconds = null) {
        super(detail ? `${title}. ${detail}` : title);
        Object.assign(this, { name: 'ApiError', status, title, detail, retryAfterSeconds });
    }
}

const token = takeToken();

/** Moves the token from the address `/?token=...` to the session's storage, out of history and of screenshots. */
function takeToken() {
    const address = new URL(location.href);
    const given = address.searchParams.get('token');
    try {
        if (given) sessionStorage.setItem('token', given);
        else return sessionStorage.getItem('token');
    } catch {
        return given; // storage forbidden: it lives as long as this page, and stays in the address for a reload
    }
    address.searchParams.delete('token');
    history.replaceState(null, '', address);
    return given;
}

/** An address for <img> and EventSource, which cannot send headers. */
export function addressed(path) {
    if (!token || /^(blob|data):/.test(path)) return path;
    return `${path}${path.includes('?') ? '&' : '?'}token=${encodeURIComponent(token)}`;
}

/** fetch with the token; throws ApiError for anything but success. */
export async function request(path, { method = 'GET', body, type, signal, keepalive } = {}) {
    const headers = {};
    if (token) headers.Authorization = `Bearer ${token}`;
    if (type) headers['Content-Type'] = type;
    let response;
    try {
        response = await fetch(path, { method, body, headers, signal, keepalive, cache: 'no-store' });
    } catch (error) {
        if (signal?.aborted) throw error;
        throw new ApiError(0, 'The server does not answer', 'It may be restarting, or the network is down');
    }
    if (!response.ok) throw await refusal(response);
    return response;
}

export async function getJson(path, options) {
    return (await request(path, options)).json();
}

export async function postJson(path, value = {}, options = {}) {
    const response = await request(path, { ...options, method: 'POST', body: JSON.stringify(value), type: 'application/json' });
    const text = await response.text();
    return text ? JSON.parse(text) : {};
}

async function refusal(response) {
    let problem = {};
    try {
        problem = await response.json();
    } catch {
        // a proxy's page: the status alone must do
    }
    const hint = Number(problem.retryAfterSeconds ?? response.headers.get('Retry-After')) || null;
    if (response.status === 401)
        return new ApiError(401, 'This page needs its token', 'Open it by the full address that the server printed when it started');
    return new ApiError(response.status, trimStop(problem.title ?? `The server refused (${response.status})`), problem.detail ?? '', hint);
}

function trimStop(text) {
    return text.replace(/\.$/, '');
}
