import path from 'node:path';
import { boardOfName } from './board-names.ts';

/** A board that a build file names. */
export interface MentionedBoard {
  /** The gate's name of it. */
  readonly board: string;
  /** The file, from the repository's top, and what stands in it. */
  readonly file: string;
  readonly name: string;
}

/** A kind of build file: which they are, and where a board stands in them. Each pattern's first group is the name. */
interface BuildFile {
  readonly named: RegExp;
  readonly patterns: readonly RegExp[];
}

const buildFiles: readonly BuildFile[] = [
  { named: /(^|\/)platformio\.ini$/, patterns: [/^\s*board\s*=\s*([\w.:-]+)/gm] },
  { named: /(^|\/)sdkconfig(\.defaults)?(\.\w+)?$/, patterns: [/^CONFIG_IDF_TARGET="(\w+)"/gm] },
  {
    named: /(^|\/)(sample|testcase|twister)\.ya?ml$/,
    patterns: [/^\s*-\s+([\w/@.-]+)\s*$/gm, /platform_allow:\s*([\w/@.-]+)/gm],
  },
  { named: /(^|\/)CMakeLists\.txt$|\.cmake$/, patterns: [/\bset\(\s*(?:PICO_)?BOARD\s+"?([\w/@.-]+)/g] },
  { named: /(^|\/)CMakePresets\.json$/, patterns: [/"(?:PICO_)?BOARD"\s*:\s*"([\w/@.-]+)"/g] },
  { named: /(^|\/)sketch\.ya?ml$/, patterns: [/fqbn:\s*([\w:]+)/g] },
  { named: /\.ioc$/, patterns: [/^board=([\w-]+)/gm, /^Mcu\.(?:CPN|UserName)=([\w-]+)/gm] },
  {
    named: /(^|\/)\.github\/workflows\/[^/]+\.ya?ml$/,
    patterns: [/fqbn:\s*([\w:]+)/g, /west build[^\n]*(?:-b|--board)[ =]([\w/@.-]+)/g],
  },
  {
    named: /(^|\/)(Makefile|build\.sh|README\.md)$/,
    patterns: [/west build[^\n]*(?:-b|--board)[ =]([\w/@.-]+)/g, /-DBOARD=([\w/@.-]+)/g],
  },
];

/** True for a file whose text may name a board. */
export function isBuildFile(file: string): boolean {
  return buildFiles.some(({ named }) => named.test(file));
}

/** The boards that a build file names and the gate knows, in its order. A pattern that fits something else finds no board and does no harm. */
export function boardsIn(file: string, text: string): readonly MentionedBoard[] {
  const patterns = buildFiles.filter(({ named }) => named.test(file)).flatMap((kind) => kind.patterns);
  return patterns
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .flatMap(([, name = '']) => {
      const board = boardOfName(name);
      return board === undefined ? [] : [{ board, file, name }];
    });
}

/** Zephyr's overlays are called like the board that they are for: `boards/nrf52840dk_nrf52840.overlay`. */
export function boardOfOverlay(file: string): readonly MentionedBoard[] {
  if (!/(^|\/)boards\/[^/]+\.(overlay|conf)$/.test(file)) return [];
  const name = path.posix.basename(file).replace(/\.\w+$/, '');
  const board = boardOfName(name);
  return board === undefined ? [] : [{ board, file, name }];
}
