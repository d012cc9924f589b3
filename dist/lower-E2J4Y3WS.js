import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{s as a}from"./chunk-4VDDGG33.js";import"./chunk-BCDJEBNL.js";import"./chunk-JSWVFCFG.js";import"./chunk-BSZLGONV.js";import"./chunk-EHC7KWYB.js";import"./chunk-CABRY6DE.js";import"./chunk-7QUZJ6CD.js";import"./chunk-KO4NCB4E.js";import"./chunk-4S2OODW2.js";export{a as lowerToTflite};
