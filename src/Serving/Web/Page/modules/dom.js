// A few words for building and finding elements; no markup is ever made from text.

/** The element with this id; a missing one is a mistake in index.html. */
export function byId(id) {
    const element = document.getElementById(id);
    if (!element) throw new Error(`index.html has no #${id}.`);
    return element;
}

/** An element with properties (`className`, `type`...), attributes (names with '-' and `role`, `for`) and children. */
export function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
        if (name.includes('-') || name === 'role' || name === 'for') element.setAttribute(name, value);
        else element[name] = value;
    }
    element.append(...children);
    return element;
}

const svgNamespace = 'http://www.w3.org/2000/svg';

export function makeSvg(tag, attributes = {}, ...children) {
    const element = document.createElementNS(svgNamespace, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
}

/** An icon of the sheet at the top of index.html. */
export function icon(name) {
    return makeSvg('svg', { class: 'icon', 'aria-hidden': 'true' }, makeSvg('use', { href: `#icon-${name}` }));
}

/** Gives an icon button another icon and another name. */
export function relabel(button, iconName, label) {
    button.querySelector('use').setAttribute('href', `#icon-${iconName}`);
    button.setAttribute('aria-label', label);
    button.title = label;
}

/** Calls `act` once no call came for `delayMs`. */
export function debounce(act, delayMs) {
    let timer;
    return (...values) => {
        clearTimeout(timer);
        timer = setTimeout(() => act(...values), delayMs);
    };
}

export function pause(milliseconds, signal) {
    return new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, milliseconds);
        signal?.addEventListener('abort', () => {
            clearTimeout(timer);
            reject(signal.reason);
        }, { once: true });
    });
}
