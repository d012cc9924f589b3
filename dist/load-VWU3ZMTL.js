import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{b as a}from"./chunk-RFVNZVL7.js";import"./chunk-RII7H7PX.js";import"./chunk-U7WF4Z4X.js";import"./chunk-KO4NCB4E.js";import"./chunk-4S2OODW2.js";export{a as loadOnnxRuntime};
