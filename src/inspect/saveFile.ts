/**
 * Writes a file so that a crash leaves the old one or the new one, never a part.
 */
import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Into a temporary file beside it, which then takes its name. A symbolic link stays, and so does the mode of the file.
 *
 * @throws what the file system reports; the temporary file is removed
 */
export async function saveFile(given: string, text: string): Promise<void> {
  const path = await realpath(given).catch(() => given);
  const { mode } = await stat(path).catch(() => ({ mode: undefined }));
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      if (mode !== undefined) await file.chmod(mode);
      await file.writeFile(text);
      // Else a loss of power can leave the new name with no content.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
