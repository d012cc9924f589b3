import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a,b}from"./chunk-KHFAF6UN.js";import"./chunk-Q52YO6I2.js";import"./chunk-NRLVJQQW.js";import"./chunk-VRJRW55D.js";import"./chunk-4S2OODW2.js";export{a as context,b as getOctokit};
