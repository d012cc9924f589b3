// Appends lines to a history one after another, as a process of its own: FOLDER BRANCH FIRST COUNT.
import { openRepository } from '../../src/changes/repository.ts';
import { gitStore } from '../../src/history/git-store.ts';
import { recordLines } from '../../src/history/record.ts';
import { commitId, historyLine } from './lines.ts';

const [folder = '', branch = '', first = '', count = ''] = process.argv.slice(2);
const store = gitStore(await openRepository(folder), branch);
for (let index = 0; index < Number(count); index += 1) {
  const line = historyLine({ commit: commitId(Number(first) + index) });
  await recordLines(store, { lines: () => [line], message: `Measured ${index}`, page: () => '<!doctype html>' });
}
