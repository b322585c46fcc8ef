/**
 * The names that the machine knows without DNS. A DNS server must not be asked for them: it may know the same
 * name with another address.
 */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

const PATH =
  process.platform === 'win32'
    ? `${process.env.SystemRoot ?? 'C:\\Windows'}\\System32\\drivers\\etc\\hosts`
    : '/etc/hosts';

/** RFC 6761 §6.3: what these names mean where the file does not say. */
const LOOPBACK: readonly string[] = ['127.0.0.1', '::1'];

/**
 * The addresses of `name`, which may be none. Read at once, since the threads that would do it are those that a
 * slow lookup may hold, and for slow lookups alone.
 *
 * @throws where the file is there and cannot be read
 */
export function fixedAddresses(name: string): readonly string[] {
  const found = addressesIn(hostsFile(), name.toLowerCase());
  if (found.length > 0) return found;
  return name === 'localhost' || name.endsWith('.localhost') ? LOOPBACK : found;
}

function hostsFile(): string {
  try {
    return readFileSync(PATH, 'utf8');
  } catch (cause) {
    if ((cause as { readonly code?: string }).code === 'ENOENT') return '';
    throw cause;
  }
}

function addressesIn(text: string, name: string): readonly string[] {
  // Lists of blocked names have many thousands of lines.
  if (!text.toLowerCase().includes(name)) return [];
  const found: string[] = [];
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/);
    if (names.includes(name) && isIP(address) !== 0) found.push(address);
  }
  return found;
}
