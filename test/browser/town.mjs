// A municipality to visit: the demo's, as a process of its own, with its day played and its portal open.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import readline from 'node:readline';

export const program = process.env.HEMNYCKEL ?? fileURLToPath(new URL('../../bin/hemnyckel', import.meta.url));

/** Starts a municipality and returns { url, stop }. With HEMNYCKEL_URL set, one that runs already is used instead. */
export async function town(flags = ['--clients', '300']) {
  if (process.env.HEMNYCKEL_URL) return { url: process.env.HEMNYCKEL_URL, stop: async () => {} };
  const child = spawn(program, ['demo', '--lang', 'en', ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  const told = [];
  let url;
  for await (const line of readline.createInterface({ input: child.stderr })) {
    told.push(line);
    url = line.match(/The portal is open: (\S+)/)?.[1];
    if (url) break;
  }
  if (!url) throw new Error(`the municipality did not start:\n${told.join('\n')}`);
  child.stderr.resume();
  const stop = async () => {
    child.kill('SIGINT');
    await ended;
  };
  return { url: url.replace(/\/$/, ''), stop };
}
