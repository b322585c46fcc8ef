/**
 * The names that the machine resolves without DNS. They must not be sent to a DNS server, which may have another
 * address for the same name.
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
 * The addresses of `name`, which may be none. Used for slow lookups only. Synchronous, because the threads of an
 * asynchronous read may be held by such lookups.
 *
 * @throws Error where the file exists and cannot be read
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
  // Lists of blocked names may have many thousands of lines.
  if (!text.toLowerCase().includes(name)) return [];
  const found: string[] = [];
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/);
    if (names.includes(name) && isIP(address) !== 0) found.push(address);
  }
  return found;
}
