import arduinoNano33Ble from './boards/arduino-nano-33-ble.yml';
import esp32S3 from './boards/esp32-s3.yml';
import genericCortexM4 from './boards/generic-cortex-m4.yml';
import genericCortexM55 from './boards/generic-cortex-m55.yml';
import imx93Evk from './boards/imx93-evk.yml';
import nucleoL4r5zi from './boards/nucleo-l4r5zi.yml';
import raspberryPi4 from './boards/raspberry-pi-4.yml';
import stm32f429 from './boards/stm32f429.yml';
import cortexA55 from './cores/cortex-a55.yml';
import cortexA72 from './cores/cortex-a72.yml';
import cortexM0plus from './cores/cortex-m0plus.yml';
import cortexM3 from './cores/cortex-m3.yml';
import cortexM4 from './cores/cortex-m4.yml';
import cortexM7 from './cores/cortex-m7.yml';
import cortexM33 from './cores/cortex-m33.yml';
import cortexM55 from './cores/cortex-m55.yml';
import cortexM85 from './cores/cortex-m85.yml';
import xtensaLx7 from './cores/xtensa-lx7.yml';

/** The text of every board's file, by board id. A new board is a file and a line here. */
export const boardTexts: Readonly<Record<string, string>> = {
  'arduino-nano-33-ble': arduinoNano33Ble,
  'esp32-s3': esp32S3,
  'generic-cortex-m4': genericCortexM4,
  'generic-cortex-m55': genericCortexM55,
  'imx93-evk': imx93Evk,
  'nucleo-l4r5zi': nucleoL4r5zi,
  'raspberry-pi-4': raspberryPi4,
  stm32f429,
};

/** The text of every core's file, by core id. */
export const coreTexts: Readonly<Record<string, string>> = {
  'cortex-a55': cortexA55,
  'cortex-a72': cortexA72,
  'cortex-m4': cortexM4,
  'cortex-m55': cortexM55,
  'cortex-m0plus': cortexM0plus,
  'cortex-m3': cortexM3,
  'cortex-m7': cortexM7,
  'cortex-m33': cortexM33,
  'cortex-m85': cortexM85,
  'xtensa-lx7': xtensaLx7,
};
