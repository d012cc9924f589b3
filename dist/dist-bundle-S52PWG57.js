import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a,b}from"./chunk-5MLKRI6I.js";import"./chunk-VRJRW55D.js";import"./chunk-SZIY7RGQ.js";import"./chunk-4S2OODW2.js";export{a as VERSION,b as retry};
