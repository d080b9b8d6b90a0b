// The shipped characters, as a group of radio buttons with pictures.

import { addressed, getJson } from './api.js';
import { byId, make } from './dom.js';
import { recall, remember } from './preferences.js';
import { store } from './store.js';

const group = byId('gallery');

/** Fetches and shows them; chooses the one chosen last time, or the first. */
export async function loadGallery() {
    const characters = (await getJson('/api/characters')).map(({ id, name, picture }) => ({
        kind: 'shipped', id, name, picture: addressed(picture),
    }));
    store.set({ characters });
    group.replaceChildren(...characters.map(tile));
    if (!store.get().character) choose(characters.find(each => each.id === recall('character')) ?? characters[0]);
}

/** Puts the gallery's choice back, when the user returns to it from drawing or from a picture. */
export function rechoose() {
    const checked = group.querySelector('input:checked');
    choose(store.get().characters.find(each => each.id === checked?.value));
}

function choose(character) {
    if (!character) return;
    const input = [...group.querySelectorAll('input')].find(each => each.value === character.id);
    if (input) input.checked = true;
    remember('character', character.id);
    store.set({ character });
}

function tile(character) {
    const input = make('input', { type: 'radio', name: 'character', value: character.id, className: 'visually-hidden' });
    input.addEventListener('change', () => choose(character));
    return make('label', { className: 'tile' },
        input,
        make('img', { src: character.picture, alt: '', loading: 'lazy', width: 256, height: 256, draggable: false }),
        make('span', { className: 'tile-name', textContent: character.name }));
}
