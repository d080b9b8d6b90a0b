// Starts the page: each module watches the store and minds its own part.

import './probe.js';
import './viewport.js';
import './backdrop.js';
import './veil.js';
import './microphone.js';
import './composer.js';
import './captions.js';
import './controls.js';
import './curtain.js';
import './details.js';
import { openLobby } from './lobby.js';

openLobby();
