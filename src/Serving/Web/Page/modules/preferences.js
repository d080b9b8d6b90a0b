// What the page remembers in this browser: small, optional, never needed.

const prefix = 'talkingMachines.';

export function remember(name, value) {
    try {
        localStorage.setItem(prefix + name, JSON.stringify(value));
    } catch {
        // private browsing or a full disk: forget it
    }
}

export function recall(name, otherwise) {
    try {
        return JSON.parse(localStorage.getItem(prefix + name)) ?? otherwise;
    } catch {
        return otherwise;
    }
}
