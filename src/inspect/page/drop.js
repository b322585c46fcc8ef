/**
 * Files that are dropped onto the page: their texts.
 */

/** A recording is a few hundred KiB, and one that was put together a few MiB. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Calls `take` with `{ name, text }` of each file that is dropped. A file that cannot be read has an `error`. */
export function acceptFiles(take) {
  const isFile = ({ dataTransfer }) => dataTransfer?.types.includes('Files') === true;
  addEventListener('dragover', (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    document.body.classList.add('dropping');
  });
  addEventListener('dragleave', ({ relatedTarget }) => {
    if (relatedTarget === null) document.body.classList.remove('dropping');
  });
  addEventListener('drop', async (event) => {
    if (!isFile(event)) return;
    // Otherwise the browser leaves the page for the file.
    event.preventDefault();
    document.body.classList.remove('dropping');
    take(await readFiles(event.dataTransfer.files));
  });
}

/** The texts of files, e.g. of an `<input type="file">`. */
export function readFiles(files) {
  return Promise.all(
    [...files].map(async (file) => {
      const { name, size } = file;
      if (size > MOST_BYTES) return { name, error: 'the file is larger than 64 MiB' };
      try {
        return { name, text: await file.text() };
      } catch {
        return { name, error: 'the file cannot be read' };
      }
    }),
  );
}
