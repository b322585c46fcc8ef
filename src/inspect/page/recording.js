/**
 * The entry of the player, which is bundled with its parts into one file. A page that holds recordings starts it at once; the
 * live view imports it when a recording is dropped.
 */
import { acceptFiles } from './drop.js';
import { createPlayer } from './player.js';
import { takenIn } from './transitions.js';

export { createPlayer, takenIn };

const root = document.getElementById('recordings');
if (root !== null) {
  const player = createPlayer(root, document.getElementById('drawing').content.firstElementChild);
  const held = document.querySelectorAll('script[type="application/x-ndjson"]');
  player.open([...held].map((script) => ({ name: script.dataset.name, text: script.textContent })));
  acceptFiles(player.open);
}
