// Which voice speaks what is typed, in which language, how fast.

import { byId, make } from './dom.js';
import { recall, remember } from './preferences.js';
import { store } from './store.js';

const languageSelect = byId('language');
const voiceSelect = byId('voice');
const rateInput = byId('rate');
const button = byId('voiceButton');
const panel = byId('voicePanel');
let voices = [];

/** @returns {{voice: string|undefined, rate: number|undefined}} rate 1 is the voice's own speed */
export function chosenVoice() {
    const rate = rateInput.valueAsNumber;
    return { voice: voiceSelect.value || undefined, rate: rate === 1 ? undefined : rate };
}

function offer(offered) {
    voices = offered ?? [];
    button.hidden = voices.length === 0;
    if (!voices.length) return;
    const languages = [...new Set(voices.map(voice => voice.language))].sort((a, b) => languageName(a).localeCompare(languageName(b)));
    languageSelect.replaceChildren(...languages.map(language => make('option', { value: language, textContent: languageName(language) })));
    const known = voices.find(voice => voice.id === recall('voice'));
    languageSelect.value = known?.language ?? own(languages);
    listVoices(known?.id);
}

/** The browser's language where the server speaks it, otherwise English. */
function own(languages) {
    for (const wanted of [...navigator.languages, 'en'])
        for (const language of languages)
            if (language.split('-')[0].toLowerCase() === wanted.split('-')[0].toLowerCase()) return language;
    return languages[0];
}

function listVoices(chosen) {
    const fitting = voices.filter(voice => voice.language === languageSelect.value);
    voiceSelect.replaceChildren(...fitting.map(voice => make('option', { value: voice.id, textContent: voice.name })));
    if (chosen) voiceSelect.value = chosen;
    show();
}

function show() {
    const name = voices.find(voice => voice.id === voiceSelect.value)?.name ?? '';
    byId('voiceName').textContent = name;
    button.setAttribute('aria-label', `Voice: ${name}. Change voice, language and speed`);
    byId('rateValue').textContent = `${rateInput.valueAsNumber.toFixed(2).replace(/0$/, '')}×`;
    const { min, max } = rateInput;
    rateInput.style.setProperty('--filled', `${100 * (rateInput.valueAsNumber - min) / (max - min)}%`);
}

function languageName(code) {
    try {
        return new Intl.DisplayNames([navigator.language], { type: 'language' }).of(code);
    } catch {
        return code; // espeak-ng knows more than the standard
    }
}

/** Opens or closes the panel; @returns whether it was open */
export function closeVoicePanel() {
    const open = !panel.hidden;
    panel.hidden = true;
    button.setAttribute('aria-expanded', 'false');
    return open;
}

button.addEventListener('click', () => {
    if (closeVoicePanel()) return;
    panel.hidden = false;
    button.setAttribute('aria-expanded', 'true');
});
languageSelect.addEventListener('change', () => { listVoices(); remember('voice', voiceSelect.value); });
voiceSelect.addEventListener('change', () => { show(); remember('voice', voiceSelect.value); });
rateInput.addEventListener('input', () => { show(); remember('rate', rateInput.valueAsNumber); });
rateInput.value = recall('rate', 1);
store.watch(state => state.status?.voices, offer);
show();
