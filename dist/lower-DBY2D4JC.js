import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{s as a}from"./chunk-U2CBUDUS.js";import"./chunk-TNWS66AP.js";import"./chunk-IUIDWCJU.js";import"./chunk-BSZLGONV.js";import"./chunk-EHC7KWYB.js";import"./chunk-PYUKSFYJ.js";import"./chunk-7QUZJ6CD.js";import"./chunk-KO4NCB4E.js";import"./chunk-4S2OODW2.js";export{a as lowerToTflite};
