import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { npmPack } from './npm-pack.ts';
import type { Build } from './pinned.ts';
import { publish } from './tool-folder.ts';
import { unpackTarball } from './untar.ts';

/**
 * Downloads a build's packages, keeps what this platform needs, and puts it at `folder`, whole or not at all.
 * @throws UserError as `npmPack` does.
 */
export async function install(build: Build, folder: string): Promise<void> {
  const parent = path.dirname(folder);
  await mkdir(parent, { recursive: true });
  // Beside its destination, so that moving it there is one atomic step.
  const work = await mkdtemp(path.join(parent, '.partial-'));
  try {
    const filled = path.join(work, 'filled');
    for (const wanted of build.packages) {
      const tarball = await npmPack(wanted, work);
      const target = path.join(filled, 'node_modules', wanted.name);
      await unpackTarball(tarball, target, (file) => build.keeps(wanted.name, file));
      await rm(tarball);
    }
    await publish(filled, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
