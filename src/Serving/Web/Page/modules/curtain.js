// What lies over the picture while there is none: calling, connection lost, all lines busy.

import { hangUp, keepTrying, tryNow } from './call.js';
import { byId } from './dom.js';
import { store } from './store.js';

const curtain = byId('curtain');
const title = byId('curtainTitle');
const detail = byId('curtainDetail');
const wait = byId('curtainWait');
const primary = byId('curtainPrimary');
const back = byId('curtainBack');
let ticking;

store.watch(state => state.phase, phase => {
    curtain.hidden = phase === 'lobby' || phase === 'connected';
    curtain.dataset.phase = phase;
});

store.watch(state => `${state.phase} ${state.problem?.title} ${state.problem?.retryAt} ${state.problem?.retrying}`, () => {
    const { phase, problem, character } = store.get();
    clearInterval(ticking);
    const calling = phase === 'calling' && !problem;
    title.textContent = problem?.title ?? (calling ? `Calling ${character?.name ?? ''}…` : '');
    detail.textContent = sentence(problem?.detail);
    byId('curtainActions').hidden = !problem;
    back.hidden = phase !== 'refused';
    wait.textContent = '';
    if (!problem) return;
    primary.textContent = phase === 'refused' && !problem.retrying ? 'Call when a line is free' : 'Try now';
    primary.hidden = phase === 'refused' && problem.retrying;
    if (phase === 'refused' && !problem.retrying) primary.focus();
    count();
    ticking = setInterval(count, 250);
});

function count() {
    const { problem, phase } = store.get();
    const seconds = Math.max(0, Math.ceil((problem?.retryAt - performance.now()) / 1000));
    if (phase === 'refused' && !problem.retrying) wait.textContent = seconds > 0 ? `Likely free in about ${seconds} s` : 'A line may be free now';
    else wait.textContent = seconds > 0 ? `Trying again in ${seconds} s` : 'Trying…';
}

function sentence(text) {
    return text ? `${text.replace(/\.$/, '')}.` : '';
}

primary.addEventListener('click', () => store.get().phase === 'refused' ? keepTrying() : tryNow());
back.addEventListener('click', hangUp);
