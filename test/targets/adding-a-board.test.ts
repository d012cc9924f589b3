import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import { boardIds, parseBoard } from '../../src/targets/load.ts';

const text = readFileSync('docs/adding-a-board.md', 'utf8');
const blocks = (language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map((match) => match[1] ?? '');

test("the documentation's board is one, and its configurations are valid", () => {
  const [file = ''] = blocks('text');
  expect(parseBoard(file, 'boards/mine.yml')).toMatchObject({ id: 'our-sensor', core: { id: 'cortex-m4' } });
  expect(blocks('yaml').map((block) => parseConfig(block, 'edge-ready.yml').targets.map(({ name }) => name))).toEqual([
    ['mine', 'npu'],
    ['slow'],
  ]);
});

test('a number without a sentence for its source is refused', () => {
  const [file = ''] = blocks('text');
  expect(() => parseBoard(file.replace('value: 21, source: power', 'value: 21, source: hearsay'), 'b.yml')).toThrow(
    /hearsay/,
  );
});

// The boards that users deploy to, by families: none of them may go.
test.each([
  ['Cortex-M0+ and M3', ['pico', 'nucleo-g0b1re', 'nucleo-f103rb']],
  [
    'Cortex-M4',
    ['arduino-nano-33-ble', 'nrf52840-dk', 'stm32f427', 'stm32f437', 'nucleo-f446re', 'nucleo-l4r5zi', 'nucleo-g474re'],
  ],
  ['Cortex-M7', ['stm32f746g-disco', 'nucleo-h743zi', 'stm32h747i-disco', 'nucleo-h7a3zi-q', 'mimxrt1060-evk']],
  [
    'Cortex-M33',
    ['nucleo-u575zi-q', 'b-u585i-iot02a', 'nucleo-u385rg-q', 'nrf5340-dk', 'pico-2', 'ek-ra6m4', 'xg24-dk2601b'],
  ],
  ['Cortex-M55 and M85', ['alif-e7', 'ek-ra8d1', 'corstone-300', 'corstone-310']],
  ['Ambiq', ['apollo4-plus']],
  [
    'NPUs',
    [
      'grove-vision-ai-v2',
      'ek-ra8p1',
      'imx93-evk',
      'stm32n6570-dk',
      'frdm-mcxn947',
      'esp32-p4',
      'max78000',
      'sl1620',
      'sl1640',
      'sl1680',
      'sl2610',
      'gap9',
    ],
  ],
  ['RISC-V and Xtensa', ['esp32-c3', 'esp32-c6', 'k210', 'bl616', 'gd32vf103', 'esp32', 'esp32-s3']],
  [
    'Cortex-A',
    ['raspberry-pi-3', 'raspberry-pi-4', 'raspberry-pi-5', 'raspberry-pi-zero-2-w', 'imx8mp-evk', 'stm32mp157f-dk2'],
  ],
  [
    'Jetson',
    ['jetson-nano', 'jetson-xavier-nx', 'jetson-agx-xavier', 'jetson-orin-nano', 'jetson-orin-nx', 'jetson-agx-orin'],
  ],
])('%s', (_, ids) => {
  expect(ids.filter((id) => !boardIds.includes(id))).toEqual([]);
});
