import alifE7 from './boards/alif-e7.yml';
import alifE7He from './boards/alif-e7-he.yml';
import apollo4Plus from './boards/apollo4-plus.yml';
import arduinoNano33Ble from './boards/arduino-nano-33-ble.yml';
import bU585iIot02a from './boards/b-u585i-iot02a.yml';
import bl616 from './boards/bl616.yml';
import corstone300 from './boards/corstone-300.yml';
import corstone310 from './boards/corstone-310.yml';
import corstone320 from './boards/corstone-320.yml';
import cy8cproto0624343w from './boards/cy8cproto-062-4343w.yml';
import ekRa6m4 from './boards/ek-ra6m4.yml';
import ekRa8d1 from './boards/ek-ra8d1.yml';
import ekRa8p1 from './boards/ek-ra8p1.yml';
import esp32 from './boards/esp32.yml';
import esp32C3 from './boards/esp32-c3.yml';
import esp32C6 from './boards/esp32-c6.yml';
import esp32P4 from './boards/esp32-p4.yml';
import esp32S3 from './boards/esp32-s3.yml';
import frdmMcxn947 from './boards/frdm-mcxn947.yml';
import gap9 from './boards/gap9.yml';
import gd32vf103 from './boards/gd32vf103.yml';
import genericCortexM4 from './boards/generic-cortex-m4.yml';
import genericCortexM55 from './boards/generic-cortex-m55.yml';
import groveVisionAiV2 from './boards/grove-vision-ai-v2.yml';
import imx8mpEvk from './boards/imx8mp-evk.yml';
import imx93Evk from './boards/imx93-evk.yml';
import jetsonAgxOrin from './boards/jetson-agx-orin.yml';
import jetsonAgxXavier from './boards/jetson-agx-xavier.yml';
import jetsonNano from './boards/jetson-nano.yml';
import jetsonOrinNano from './boards/jetson-orin-nano.yml';
import jetsonOrinNx from './boards/jetson-orin-nx.yml';
import jetsonXavierNx from './boards/jetson-xavier-nx.yml';
import k210 from './boards/k210.yml';
import max78000 from './boards/max78000.yml';
import mimxrt1060Evk from './boards/mimxrt1060-evk.yml';
import nrf5340Dk from './boards/nrf5340-dk.yml';
import nrf52840Dk from './boards/nrf52840-dk.yml';
import nucleoF103rb from './boards/nucleo-f103rb.yml';
import nucleoF207zg from './boards/nucleo-f207zg.yml';
import nucleoF401re from './boards/nucleo-f401re.yml';
import nucleoF446re from './boards/nucleo-f446re.yml';
import nucleoG0b1re from './boards/nucleo-g0b1re.yml';
import nucleoG474re from './boards/nucleo-g474re.yml';
import nucleoH7a3ziQ from './boards/nucleo-h7a3zi-q.yml';
import nucleoH743zi from './boards/nucleo-h743zi.yml';
import nucleoL4r5zi from './boards/nucleo-l4r5zi.yml';
import nucleoU385rgQ from './boards/nucleo-u385rg-q.yml';
import nucleoU575ziQ from './boards/nucleo-u575zi-q.yml';
import pico from './boards/pico.yml';
import pico2 from './boards/pico-2.yml';
import raspberryPi3 from './boards/raspberry-pi-3.yml';
import raspberryPi4 from './boards/raspberry-pi-4.yml';
import raspberryPi5 from './boards/raspberry-pi-5.yml';
import raspberryPiZero2W from './boards/raspberry-pi-zero-2-w.yml';
import sl1620 from './boards/sl1620.yml';
import sl1640 from './boards/sl1640.yml';
import sl1680 from './boards/sl1680.yml';
import sl2610 from './boards/sl2610.yml';
import stm32f427 from './boards/stm32f427.yml';
import stm32f429 from './boards/stm32f429.yml';
import stm32f437 from './boards/stm32f437.yml';
import stm32f746gDisco from './boards/stm32f746g-disco.yml';
import stm32f769iDisco from './boards/stm32f769i-disco.yml';
import stm32h747iDisco from './boards/stm32h747i-disco.yml';
import stm32mp157fDk2 from './boards/stm32mp157f-dk2.yml';
import stm32n6570Dk from './boards/stm32n6570-dk.yml';
import xg24Dk2601b from './boards/xg24-dk2601b.yml';
import carmel from './cores/carmel.yml';
import cortexA7 from './cores/cortex-a7.yml';
import cortexA53 from './cores/cortex-a53.yml';
import cortexA55 from './cores/cortex-a55.yml';
import cortexA57 from './cores/cortex-a57.yml';
import cortexA72 from './cores/cortex-a72.yml';
import cortexA73 from './cores/cortex-a73.yml';
import cortexA76 from './cores/cortex-a76.yml';
import cortexA78ae from './cores/cortex-a78ae.yml';
import cortexM0plus from './cores/cortex-m0plus.yml';
import cortexM3 from './cores/cortex-m3.yml';
import cortexM4 from './cores/cortex-m4.yml';
import cortexM7 from './cores/cortex-m7.yml';
import cortexM33 from './cores/cortex-m33.yml';
import cortexM55 from './cores/cortex-m55.yml';
import cortexM85 from './cores/cortex-m85.yml';
import espRiscv from './cores/esp-riscv.yml';
import esp32P4Riscv from './cores/esp32-p4-riscv.yml';
import gap9Fc from './cores/gap9-fc.yml';
import kendryteK210 from './cores/kendryte-k210.yml';
import riscvE907 from './cores/riscv-e907.yml';
import riscvN205 from './cores/riscv-n205.yml';
import xtensaLx6 from './cores/xtensa-lx6.yml';
import xtensaLx7 from './cores/xtensa-lx7.yml';

/** The text of every board's file, by board id. A new board is a file and a line here. */
export const boardTexts: Readonly<Record<string, string>> = {
  'alif-e7': alifE7,
  'alif-e7-he': alifE7He,
  'apollo4-plus': apollo4Plus,
  'arduino-nano-33-ble': arduinoNano33Ble,
  'b-u585i-iot02a': bU585iIot02a,
  bl616,
  'corstone-300': corstone300,
  'corstone-310': corstone310,
  'corstone-320': corstone320,
  'cy8cproto-062-4343w': cy8cproto0624343w,
  'ek-ra6m4': ekRa6m4,
  'ek-ra8d1': ekRa8d1,
  'ek-ra8p1': ekRa8p1,
  esp32,
  'esp32-c3': esp32C3,
  'esp32-c6': esp32C6,
  'esp32-p4': esp32P4,
  'esp32-s3': esp32S3,
  'frdm-mcxn947': frdmMcxn947,
  gap9,
  gd32vf103,
  'generic-cortex-m4': genericCortexM4,
  'generic-cortex-m55': genericCortexM55,
  'grove-vision-ai-v2': groveVisionAiV2,
  'imx8mp-evk': imx8mpEvk,
  'imx93-evk': imx93Evk,
  'jetson-agx-orin': jetsonAgxOrin,
  'jetson-agx-xavier': jetsonAgxXavier,
  'jetson-nano': jetsonNano,
  'jetson-orin-nano': jetsonOrinNano,
  'jetson-orin-nx': jetsonOrinNx,
  'jetson-xavier-nx': jetsonXavierNx,
  k210,
  max78000,
  'mimxrt1060-evk': mimxrt1060Evk,
  'nrf52840-dk': nrf52840Dk,
  'nrf5340-dk': nrf5340Dk,
  'nucleo-f103rb': nucleoF103rb,
  'nucleo-f207zg': nucleoF207zg,
  'nucleo-f401re': nucleoF401re,
  'nucleo-f446re': nucleoF446re,
  'nucleo-g0b1re': nucleoG0b1re,
  'nucleo-g474re': nucleoG474re,
  'nucleo-h743zi': nucleoH743zi,
  'nucleo-h7a3zi-q': nucleoH7a3ziQ,
  'nucleo-l4r5zi': nucleoL4r5zi,
  'nucleo-u385rg-q': nucleoU385rgQ,
  'nucleo-u575zi-q': nucleoU575ziQ,
  pico,
  'pico-2': pico2,
  'raspberry-pi-3': raspberryPi3,
  'raspberry-pi-4': raspberryPi4,
  'raspberry-pi-5': raspberryPi5,
  'raspberry-pi-zero-2-w': raspberryPiZero2W,
  sl1620,
  sl1640,
  sl1680,
  sl2610,
  stm32f427,
  stm32f429,
  stm32f437,
  'stm32f746g-disco': stm32f746gDisco,
  'stm32f769i-disco': stm32f769iDisco,
  'stm32h747i-disco': stm32h747iDisco,
  'stm32mp157f-dk2': stm32mp157fDk2,
  'stm32n6570-dk': stm32n6570Dk,
  'xg24-dk2601b': xg24Dk2601b,
};

/** The text of every core's file, by core id. */
export const coreTexts: Readonly<Record<string, string>> = {
  carmel,
  'cortex-a53': cortexA53,
  'cortex-a55': cortexA55,
  'cortex-a57': cortexA57,
  'cortex-a7': cortexA7,
  'cortex-a72': cortexA72,
  'cortex-a73': cortexA73,
  'cortex-a76': cortexA76,
  'cortex-a78ae': cortexA78ae,
  'cortex-m4': cortexM4,
  'cortex-m55': cortexM55,
  'cortex-m0plus': cortexM0plus,
  'cortex-m3': cortexM3,
  'cortex-m7': cortexM7,
  'cortex-m33': cortexM33,
  'cortex-m85': cortexM85,
  'esp-riscv': espRiscv,
  'esp32-p4-riscv': esp32P4Riscv,
  'gap9-fc': gap9Fc,
  'kendryte-k210': kendryteK210,
  'riscv-e907': riscvE907,
  'riscv-n205': riscvN205,
  'xtensa-lx6': xtensaLx6,
  'xtensa-lx7': xtensaLx7,
};
