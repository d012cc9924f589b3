import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{r as a}from"./chunk-JFVBG6CY.js";import"./chunk-EN3CK4QG.js";import"./chunk-C3IQ6T3S.js";import"./chunk-EPTLLLNA.js";import"./chunk-VA7KCGYG.js";import"./chunk-RVQDHOEF.js";import"./chunk-7QUZJ6CD.js";import"./chunk-EKGBGBM2.js";import"./chunk-4S2OODW2.js";export{a as lowerToTflite};
