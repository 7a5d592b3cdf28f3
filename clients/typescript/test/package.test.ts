/** The package as it would be published. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

test('the package holds the build, its types and their sources, and needs nothing', async () => {
  const pack = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { stdout } = await promisify(execFile)('npm', pack, { cwd: PACKAGE });
  const [packed] = JSON.parse(stdout) as { files: { path: string }[] }[];
  const names = new Set(packed?.files.map((file) => file.path));
  for (const name of ['dist/index.js', 'dist/index.d.ts', 'src/index.ts', 'README.md'])
    assert.ok(names.has(name), name);
  assert.ok(![...names].some((name) => /^(test|build|node_modules)\//.test(name)));
  // By its own name, as an application would.
  const client = (await import('@vouch-hitl/client' as string)) as Record<string, unknown>;
  assert.equal(typeof client['Vouch'], 'function');
});
