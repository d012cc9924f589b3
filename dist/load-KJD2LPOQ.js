import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{b as a}from"./chunk-SFT6V7PB.js";import"./chunk-5LXZK32T.js";import"./chunk-FNXZNTUN.js";import"./chunk-O5KOK6FS.js";import"./chunk-OSS2AYIF.js";export{a as loadOnnxRuntime};
