#!/usr/bin/env -S MALLOC_ARENA_MAX=1 node --max-semi-space-size=16 --heap-growing-percent=150
// 16 MB for young objects: 85 MB less memory under load than Node's own choice, and no slower (bench/RESULTS.md).
// Old objects are collected when they are 2.5 times those that live, not 4 times: 80 MB less, and no slower.
// One arena for the C library: buffers that come and go on several threads otherwise keep 60 MB more.
// Plain JavaScript, so that an old Node can say that it is too old instead of failing on TypeScript.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Laurel needs Node 22.18 or newer, and this is ${process.versions.node}.\n` +
      'Start it through npm (npm run laurel -- …), which uses the Node that npm ci installed.\n',
  );
  process.exit(1);
}

const { main } = await import('../src/cli/main.ts');
process.exitCode = await main(process.argv);
