import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a,b}from"./chunk-JOZ7MRGK.js";import"./chunk-LBAME7P6.js";import"./chunk-YG63L3UA.js";import"./chunk-OSS2AYIF.js";export{a as VERSION,b as retry};
