// Draw a new one: a seed, a die, and a slider for each trait the server can vary.

import { addressed, getJson } from './api.js';
import { previewDelayMs } from './config.js';
import { byId, debounce, make } from './dom.js';
import { notify } from './notices.js';
import { store } from './store.js';

const largestSeed = 999_999;
const seedInput = byId('seed');
const list = byId('traits');
const asDrawn = 'as drawn';
let traits = null;
let active = false;

/** Shows the drawing in the place of the gallery's choice. */
export async function enterDrawing() {
    active = true;
    if (!seedInput.value) roll();
    else show();
    if (traits) return;
    try {
        traits = await getJson('/api/puppets/traits');
        list.replaceChildren(...traits.map(slider));
    } catch (error) {
        notify(error.message, 'error');
    }
}

export function leaveDrawing() {
    active = false;
}

function roll() {
    seedInput.value = 1 + Math.floor(Math.random() * largestSeed);
    show();
}

/** The leftmost stop of each slider leaves the trait to the seed. */
function slider(trait) {
    const stops = trait.values.length;
    const id = `trait-${trait.name}`;
    const output = make('output', { for: id, textContent: asDrawn, className: 'trait-value' });
    const range = make('input', { type: 'range', id, min: 0, max: stops, step: 1, value: 0 });
    range.dataset.trait = trait.name;
    const update = () => {
        const value = valueOf(trait, range.valueAsNumber);
        output.textContent = value === null ? asDrawn : plain(value);
        output.style.setProperty('--swatch', isColour(value) ? value : 'transparent');
        output.classList.toggle('swatch', isColour(value));
        range.setAttribute('aria-valuetext', output.textContent);
        range.style.setProperty('--filled', `${100 * range.valueAsNumber / stops}%`);
    };
    update();
    range.addEventListener('input', () => { update(); showSoon(); });
    return make('div', { className: 'trait' }, make('label', { for: id, textContent: trait.label }), output, range);
}

const valueOf = (trait, stop) => stop === 0 ? null : String(trait.values[stop - 1]);

const isColour = value => /^#[0-9a-f]{6}$/i.test(value ?? '');

/** SideSweep -> side sweep */
const plain = value => value.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

function query() {
    const chosen = new URLSearchParams();
    for (const trait of traits ?? []) {
        const value = valueOf(trait, byId(`trait-${trait.name}`).valueAsNumber);
        if (value !== null) chosen.set(trait.name, value);
    }
    return chosen.size ? `?${chosen}` : '';
}

function show() {
    if (!active) return;
    const seed = seedInput.valueAsNumber;
    if (!Number.isInteger(seed) || seed < 0 || seed > largestSeed) return;
    const asked = `${seed}${query()}`;
    store.set({
        character: {
            kind: 'drawn', id: `puppet:${asked}`, name: `Number ${seed}`,
            picture: addressed(`/api/puppets/${asked.replace(/^\d+/, '$&.png')}`),
        },
    });
}

const showSoon = debounce(show, previewDelayMs);

byId('dice').addEventListener('click', () => {
    byId('dice').classList.toggle('rolled');
    roll();
});
byId('clearTraits').addEventListener('click', () => {
    for (const range of list.querySelectorAll('input')) {
        range.value = 0;
        range.dispatchEvent(new Event('input'));
    }
});
seedInput.addEventListener('input', showSoon);
