import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{f as a,g as b}from"./chunk-2A45HX3J.js";import"./chunk-PAAEOFFN.js";import"./chunk-EKGBGBM2.js";import"./chunk-4S2OODW2.js";export{a as loadOnnxRuntime,b as ownOnnxRuntime};
