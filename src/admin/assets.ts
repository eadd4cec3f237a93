/** The pages' style and script, served from here: the pages load nothing from elsewhere. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Answer } from './answer.ts';

export interface Assets {
  /** Path with a version, for a page. */
  style: string;
  script: string;
  icon: string;
  /** Null: no such file. */
  answer(path: string): Answer | null;
}

const TYPES = { 'dashboard.css': 'text/css; charset=utf-8', 'dashboard.js': 'text/javascript; charset=utf-8', 'icon.svg': 'image/svg+xml' };

/** They hold nothing private, and a browser may keep them: another version has another address. */
export function readAssets(): Assets {
  const files = new Map<string, Answer & { version: string }>();
  for (const [name, type] of Object.entries(TYPES)) {
    const body = readFileSync(new URL(`assets/${name}`, import.meta.url), 'utf8');
    const version = createHash('sha256').update(body).digest('hex').slice(0, 10);
    files.set(`/assets/${name}`, {
      status: 200,
      type,
      body,
      version,
      headers: { 'cache-control': 'private, max-age=31536000, immutable' },
    });
  }
  const address = (path: string) => `${path}?${files.get(path)?.version ?? ''}`;
  return {
    style: address('/assets/dashboard.css'),
    script: address('/assets/dashboard.js'),
    icon: address('/assets/icon.svg'),
    answer: (path) => files.get(path) ?? null,
  };
}
