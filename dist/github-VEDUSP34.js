import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);
import{a,b}from"./chunk-QMJNGEND.js";import"./chunk-FXL6YORD.js";import"./chunk-Y2W6DDXZ.js";import"./chunk-LBAME7P6.js";import"./chunk-OSS2AYIF.js";export{a as context,b as getOctokit};
